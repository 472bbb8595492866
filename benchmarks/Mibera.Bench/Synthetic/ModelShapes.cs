using System.Diagnostics.CodeAnalysis;

namespace Mibera.Bench.Synthetic;

/// <summary>The shapes that can be written. Source: the models' published <c>config.json</c>.</summary>
internal static class ModelShapes
{
    private static readonly ModelShape Phi4 = new()
    {
        Name = "phi4-14b",
        Size = "14B",
        Embedding = 5120,
        Layers = 40,
        Heads = 40,
        KvHeads = 10,
        FeedForward = 17920,
        Vocabulary = 100352,
        ContextLength = 16384,
        RopeBase = 250000f,
        RopeDimensions = 128,
        PreTokenizer = "dbrx",
    };

    private static readonly ModelShape Phi3Mini = new()
    {
        Name = "phi3-mini",
        Size = "3.8B",
        Embedding = 3072,
        Layers = 32,
        Heads = 32,
        KvHeads = 32,
        FeedForward = 8192,
        Vocabulary = 32064,
        RopeDimensions = 96,
    };

    /// <summary>All shapes, the largest first.</summary>
    public static IReadOnlyList<ModelShape> All { get; } =
    [
        Phi4,
        Phi4 with { Name = "phi3-medium", Vocabulary = 32064, ContextLength = 4096, RopeBase = 10000f, PreTokenizer = "gpt-2" },
        Phi3Mini,
        Phi3Mini with
        {
            // Without its LongRoPE factors, which cost no time: a context of 4096 does not ask for them.
            Name = "phi4-mini",
            Heads = 24,
            KvHeads = 8,
            Vocabulary = 200064,
            TiedEmbedding = true,
            PreTokenizer = "gpt-4o",
        },
        new()
        {
            Name = "phi2",
            Size = "2.7B",
            IsPhi2 = true,
            Embedding = 2560,
            Layers = 32,
            Heads = 32,
            KvHeads = 32,
            FeedForward = 10240,
            Vocabulary = 51200,
            ContextLength = 2048,
            RopeDimensions = 32,
            PreTokenizer = "phi-2",
        },
        new()
        {
            Name = "phi1.5",
            Size = "1.4B",
            IsPhi2 = true,
            Embedding = 2048,
            Layers = 24,
            Heads = 32,
            KvHeads = 32,
            FeedForward = 8192,
            Vocabulary = 51200,
            ContextLength = 2048,
            RopeDimensions = 32,
            PreTokenizer = "phi-2",
        },
        new()
        {
            // SmolLM2-135M: rows that are no multiple of 256, so K-quants and IQ formats give way to formats of 32.
            Name = "smol-135m",
            Size = "135M",
            Embedding = 576,
            Layers = 30,
            Heads = 9,
            KvHeads = 3,
            FeedForward = 1536,
            Vocabulary = 49152,
            ContextLength = 2048,
            RopeBase = 100000f,
            RopeDimensions = 64,
            TiedEmbedding = true,
            PreTokenizer = "smollm",
        },
        new()
        {
            // No published model: the smallest with everything in it, for trying things out.
            Name = "tiny",
            Size = "tiny",
            Embedding = 512,
            Layers = 8,
            Heads = 8,
            KvHeads = 2,
            FeedForward = 1024,
            Vocabulary = 2048,
            RopeDimensions = 64,
        },
    ];

    public static bool TryFind(string name, [NotNullWhen(true)] out ModelShape? shape)
    {
        shape = All.FirstOrDefault(candidate => string.Equals(candidate.Name, name, StringComparison.OrdinalIgnoreCase));
        return shape is not null;
    }
}
