using System.Runtime.CompilerServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tokenization;

/// <summary>Reads <c>tokenizer.ggml.merges</c>: strings of two tokens with a space between them, the first rank first.</summary>
internal static class MergeReader
{
    /// <summary>The key of the merges.</summary>
    public const string Key = "tokenizer.ggml.merges";

    /// <summary>
    /// The merges on ids. Those without a space, or with tokens that the vocabulary does not have (pruned vocabularies),
    /// can never apply; they are left out, with one warning.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static MergeTable Read(GgufArray merges, Vocabulary vocabulary, Action<string> warn)
    {
        var table = new MergeTable(merges.Count);
        var buffer = new byte[256];
        var (useless, example, guess) = (0, -1, 0);
        for (var i = 0; i < merges.Count; i++)
        {
            var text = merges.GetUtf8(i);
            if (text.Length > buffer.Length) buffer = new byte[text.Length * 2];
            if (TryResolve(text, vocabulary, buffer, ref guess, out var merge)) table.Add(merge.Left, merge.Right, merge.Result);
            else if (useless++ == 0) example = i;
        }

        if (useless > 0)
            warn($"{useless} of {merges.Count} merges in {Key} name no tokens of the vocabulary and are ignored "
                + $"(the first: \"{TokenText.Escape(merges.GetUtf8(example))}\").");
        return table;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryResolve(
        ReadOnlySpan<byte> text, Vocabulary vocabulary, Span<byte> buffer, ref int guess, out (int Left, int Right, int Result) merge)
    {
        merge = default;

        // From the second character on, as in llama.cpp: a token may itself begin with a space in old files.
        var space = text.Length < 2 ? -1 : text[1..].IndexOf((byte)' ') + 1;
        if (space < 1) return false;
        var left = ByteLevelAlphabet.Decode(text[..space], buffer);
        if (left <= 0) return false;
        var right = ByteLevelAlphabet.Decode(text[(space + 1)..], buffer[left..]);
        if (right <= 0) return false;

        merge.Left = vocabulary.Find(buffer[..left]);
        merge.Right = vocabulary.Find(buffer.Slice(left, right));
        if (merge.Left < 0 || merge.Right < 0) return false;

        // Merges come in the order of the tokens that they make, so the next token is nearly always the result.
        var joined = buffer[..(left + right)];
        if (++guess >= vocabulary.Count || vocabulary.Type(guess) != TokenType.Normal || !joined.SequenceEqual(vocabulary.Piece(guess)))
            guess = vocabulary.Find(joined);
        merge.Result = guess;
        return guess >= 0;
    }
}
