using System.CommandLine;
using System.Globalization;
using System.Text;
using Mibera.Inference;

namespace Mibera.Run;

/// <summary>The options of generation as the library wants them.</summary>
internal static class SamplingArguments
{
    public static GenerationOptions Read(ParseResult options) => new()
    {
        MaxTokens = options.GetValue(CommandLine.Predict),
        Temperature = options.GetValue(CommandLine.Temperature),
        TopK = options.GetValue(CommandLine.TopK),
        TopP = options.GetValue(CommandLine.TopP),
        MinP = options.GetValue(CommandLine.MinP),
        TypicalP = options.GetValue(CommandLine.Typical),
        RepeatPenalty = options.GetValue(CommandLine.RepeatPenalty),
        RepeatLastN = options.GetValue(CommandLine.RepeatLastN),
        FrequencyPenalty = options.GetValue(CommandLine.FrequencyPenalty),
        PresencePenalty = options.GetValue(CommandLine.PresencePenalty),
        LogitBias = Biases(options.GetValue(CommandLine.LogitBias) ?? []),
        Seed = options.GetValue(CommandLine.Seed) is >= 0 and var seed ? (ulong)seed : null,
        StopStrings = [.. (options.GetValue(CommandLine.Stop) ?? []).Select(stop => StopString(stop, options.GetValue(CommandLine.NoEscape)))],
        IgnoreEndOfGeneration = options.GetValue(CommandLine.IgnoreEos),
        KeepTokens = Math.Max(0, options.GetValue(CommandLine.Keep)),
        ShowSpecial = options.GetValue(CommandLine.Special),
    };

    /// <summary>What only the model's vocabulary can tell.</summary>
    public static void Check(GenerationOptions options, LanguageModel model)
    {
        var vocabulary = Math.Min(model.VocabularySize, model.Tokenizer.VocabularySize);
        foreach (var id in options.LogitBias.Keys)
        {
            if (id >= vocabulary)
                throw new UsageException($"--logit-bias: {id} is not in the vocabulary of {vocabulary} tokens");
        }
    }

    private static string StopString(string text, bool asItStands)
    {
        if (text.Length == 0)
            throw new UsageException("--reverse-prompt: an empty text would end everything at once");
        return asItStands ? text : Encoding.UTF8.GetString(Escapes.Undo(text));
    }

    private static Dictionary<int, float> Biases(IEnumerable<string> texts)
    {
        var biases = new Dictionary<int, float>();
        foreach (var text in texts)
        {
            var sign = text.AsSpan().IndexOfAny('+', '-');
            if (sign <= 0 || !int.TryParse(text.AsSpan(0, sign), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || Bias(text[sign..]) is not { } bias)
                throw new UsageException($"--logit-bias: '{text}' is not a token id with a bias, such as 15043+1, 15043-1 or 15043-inf");
            biases[id] = bias;
        }
        return biases;
    }

    private static float? Bias(string text)
    {
        if (text == "-inf")
            return float.NegativeInfinity;
        return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var bias) && float.IsFinite(bias) ? bias : null;
    }
}
