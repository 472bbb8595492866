namespace Mibera.Inference.Models.Profiles;

/// <summary>
/// The published models of the Phi family. Sources: the models' <c>config.json</c> and <c>generation_config.json</c>,
/// and the metadata that llama.cpp's converter writes of them.
/// </summary>
internal static class ProfileTable
{
    private static readonly string[] Phi2End = ["<|endoftext|>"];
    private static readonly string[] Phi3End = ["<|endoftext|>", "<|end|>", "<|assistant|>"];
    private static readonly string[] Phi4End = ["<|im_end|>", "<|endoftext|>"];
    private static readonly string[] Phi4MiniEnd = ["<|end|>", "<|endoftext|>"];

    private static readonly ModelProfile Phi3Mini = new()
    {
        Name = "Phi-3-mini-4k",
        Architecture = ModelArchitecture.Phi3,
        Embedding = 3072,
        QkvRows = 9216,
        FeedForward = 8192,
        Layers = 32,
        Vocabulary = 32064,
        Heads = 32,
        KvHeads = 32,
        Norm = NormKind.RmsNorm,
        RopeDimensions = 96,
        ContextLength = 4096,
        OriginalContext = 4096,
        SlidingWindow = 2047,
        EndOfGeneration = Phi3End,
    };

    private static readonly ModelProfile Phi3Medium = Phi3Mini with
    {
        Name = "Phi-3-medium-4k",
        Embedding = 5120,
        QkvRows = 7680,
        FeedForward = 17920,
        Layers = 40,
        Heads = 40,
        KvHeads = 10,
        RopeDimensions = 128,
    };

    private static readonly ModelProfile Phi4 = Phi3Medium with
    {
        Name = "Phi-4",
        Vocabulary = 100352,
        RopeBase = 250000f,
        ContextLength = 16384,
        OriginalContext = 16384,
        SlidingWindow = 0,
        EndOfGeneration = Phi4End,
    };

    private static readonly ModelProfile Phi4Mini = Phi3Mini with
    {
        Name = "Phi-4-mini",
        QkvRows = 5120,
        Vocabulary = 200064,
        Heads = 24,
        KvHeads = 8,
        RopeDimensions = 96,
        ContextLength = 131072,
        SlidingWindow = 0,
        Factors = PublishedRopeFactors.Phi4Mini,
        EndOfGeneration = Phi4MiniEnd,
    };

    private static readonly ModelProfile Phi15 = new()
    {
        Name = "phi-1.5",
        Architecture = ModelArchitecture.Phi2,
        Embedding = 2048,
        QkvRows = 6144,
        FeedForward = 8192,
        Layers = 24,
        Vocabulary = 51200,
        Heads = 32,
        KvHeads = 32,
        Norm = NormKind.LayerNorm,
        RopeDimensions = 32,
        ContextLength = 2048,
        OriginalContext = 2048,
        EndOfGeneration = Phi2End,
    };

    private static readonly ModelProfile Phi35Moe = new()
    {
        Name = "Phi-3.5-MoE",
        Architecture = ModelArchitecture.PhiMoe,
        Embedding = 4096,
        QkvRows = 6144,
        FeedForward = 6400,
        Layers = 32,
        Vocabulary = 32064,
        Heads = 32,
        KvHeads = 8,
        Experts = 16,
        Norm = NormKind.LayerNorm,
        RopeDimensions = 128,
        ContextLength = 131072,
        OriginalContext = 4096,
        AttentionFactor = 1.243163121016122f,
        EndOfGeneration = Phi3End,
    };

    /// <summary>All profiles; of those that share a shape, the one to assume without further evidence comes first.</summary>
    public static IReadOnlyList<ModelProfile> All { get; } =
    [
        Phi15,
        Phi15 with { Name = "phi-2", Embedding = 2560, QkvRows = 7680, FeedForward = 10240, Layers = 32 },
        Phi3Mini,
        Phi3Mini with { Name = "Phi-3-mini-128k", ContextLength = 131072, SlidingWindow = 0, Factors = PublishedRopeFactors.Phi3Mini128kJuly },
        Phi3Mini with { Name = "Phi-3.5-mini", ContextLength = 131072, SlidingWindow = 0, Factors = PublishedRopeFactors.Phi35Mini },
        Phi4,
        Phi4 with { Name = "Phi-4-reasoning", RopeBase = 500000f, ContextLength = 32768, OriginalContext = 32768 },
        Phi3Medium,
        Phi3Medium with { Name = "Phi-3-medium-128k", ContextLength = 131072, SlidingWindow = 0 },
        Phi4Mini,
        Phi4Mini with { Name = "Phi-4-mini-reasoning", Factors = PublishedRopeFactors.Phi4MiniReasoning },
        Phi35Moe,
        Phi35Moe with { Name = "Phi-mini-MoE", FeedForward = 960, ContextLength = 4096, SlidingWindow = 2047, AttentionFactor = 1f },
        Phi35Moe with
        {
            Name = "Phi-tiny-MoE",
            QkvRows = 3072,
            FeedForward = 448,
            Heads = 16,
            KvHeads = 4,
            ContextLength = 4096,
            SlidingWindow = 2047,
            AttentionFactor = 1f,
        },
    ];

    /// <summary>
    /// The profiles of a shape, likeliest first: width, qkv rows and feed-forward length must match exactly; vocabulary,
    /// depth, context length and name only order the candidates, for fine-tunes change them.
    /// </summary>
    public static IReadOnlyList<ModelProfile> Match(ModelShapes shapes, uint? contextLength, string? name, float? ropeBase) =>
        [.. All.Where(p => p.Embedding == shapes.Embedding && p.QkvRows == shapes.QkvRows && p.FeedForward == shapes.FeedForward
                && p.Experts == shapes.Experts && p.Heads * p.HeadDimension == shapes.QueryRows)
            .OrderBy(p => VocabularyDistance(p, shapes.Vocabulary))
            .ThenBy(p => Math.Abs(p.Layers - shapes.Layers))
            .ThenBy(p => ropeBase == p.RopeBase ? 0 : 1)
            .ThenBy(p => contextLength == p.ContextLength ? 0 : 1)
            .ThenByDescending(p => NameLikeness(p, name))];

    // A fine-tune adds a few rows; another family has another vocabulary altogether.
    private static int VocabularyDistance(ModelProfile profile, int vocabulary) => Math.Abs(profile.Vocabulary - vocabulary) / 4096;

    private static int NameLikeness(ModelProfile profile, string? name)
    {
        if (name is null)
            return 0;
        var plain = Plain(name);
        return plain.Contains(Plain(profile.Name), StringComparison.Ordinal) ? profile.Name.Length : 0;
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
}
