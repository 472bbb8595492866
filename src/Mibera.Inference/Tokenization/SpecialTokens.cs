using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tokenization;

/// <summary>The ids that a file gives a meaning to.</summary>
internal sealed class SpecialTokens
{
    private const string Prefix = "tokenizer.ggml.";

    private readonly GgufMetadata _metadata;
    private readonly int _count;
    private readonly Action<string> _warn;

    private SpecialTokens(GgufMetadata metadata, int count, Action<string> warn)
    {
        _metadata = metadata;
        _count = count;
        _warn = warn;
    }

    /// <summary>Begins a text.</summary>
    public int? Bos { get; private init; }

    /// <summary>Ends a text.</summary>
    public int? Eos { get; private init; }

    /// <summary>Ends a turn.</summary>
    public int? Eot { get; private init; }

    /// <summary>Stands for text that has no token.</summary>
    public int? Unknown { get; private init; }

    /// <summary>Fills up batches.</summary>
    public int? Padding { get; private init; }

    /// <summary>Whether the model expects BOS before a text.</summary>
    public bool AddBos { get; private init; }

    /// <summary>Whether the model expects EOS after a text.</summary>
    public bool AddEos { get; private init; }

    /// <summary>Tokens after which a generation ends.</summary>
    public HashSet<int> EndOfGeneration { get; private init; } = [];

    /// <summary>Reads the ids. Those outside the vocabulary are ignored, with a warning.</summary>
    /// <param name="metadata">The file's metadata.</param>
    /// <param name="count">Number of tokens.</param>
    /// <param name="named">Tokens that are special by their names.</param>
    /// <param name="sentencePiece">Whether SentencePiece's defaults hold: unknown 0, BOS 1 (added), EOS 2.</param>
    /// <param name="addsBos">Whether BOS is added where the file does not say.</param>
    /// <param name="warn">Told of what was ignored.</param>
    public static SpecialTokens Read(
        GgufMetadata metadata, int count, Dictionary<string, int> named, bool sentencePiece, bool addsBos, Action<string> warn)
    {
        var reader = new SpecialTokens(metadata, count, warn);
        var bos = reader.Id("bos_token_id", sentencePiece ? 1 : null);
        var eos = reader.Id("eos_token_id", sentencePiece ? 2 : null);
        var eot = reader.Id("eot_token_id", EndOfTurn(named));
        var eom = reader.Id("eom_token_id", null);
        var ends = new HashSet<int>(named.Values);
        foreach (var id in (ReadOnlySpan<int?>)[eos, eot, eom])
            if (id is { } end) ends.Add(end);
        return new(metadata, count, warn)
        {
            Bos = bos,
            Eos = eos,
            Eot = eot,
            Unknown = reader.Id("unknown_token_id", sentencePiece ? 0 : null),
            Padding = reader.Id("padding_token_id", null),
            AddBos = reader.Adds("add_bos_token", addsBos, "bos_token_id", bos),
            AddEos = reader.Adds("add_eos_token", false, "eos_token_id", eos),
            EndOfGeneration = ends,
        };
    }

    private static int? EndOfTurn(Dictionary<string, int> named)
    {
        foreach (var name in SpecialNames.EndOfTurn)
            if (named.TryGetValue(name, out var id)) return id;
        return null;
    }

    private int? Id(string key, int? otherwise)
    {
        var fallback = otherwise < _count ? otherwise : null;
        if (!_metadata.TryGetValue(Prefix + key, out var value)) return fallback;
        if (value.TryGetInt64(out var id) && id >= 0 && id < _count) return (int)id;
        _warn($"{Prefix}{key} is {value}, which is no token: the vocabulary has {_count}. It is ignored.");
        return fallback;
    }

    private bool Adds(string key, bool otherwise, string idKey, int? id)
    {
        var adds = _metadata.GetBoolOrNull(Prefix + key) ?? otherwise;
        if (adds && id is null) _warn($"{Prefix}{key} is true, but there is no {Prefix}{idKey}: nothing is added.");
        return adds && id is not null;
    }
}
