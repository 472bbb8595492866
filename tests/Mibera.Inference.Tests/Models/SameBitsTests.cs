using Mibera.Inference.Simd;

namespace Mibera.Inference.Tests.Models;

/// <summary>Same file and tokens, same bits: for every thread count, batch split, cache of weights and instruction set.</summary>
public sealed class SameBitsTests
{
    private static readonly string[] Files =
    [
        "stories/stories-mibera-Q2_K.gguf", "stories/stories-wild-Q3_K_M.gguf", "stories/stories-phi3.gguf", "stories/quantized/stories-IQ2_XXS.gguf",
        "stories/quantized/stories-IQ1_S.gguf", "stories/quantized/stories-IQ3_S.gguf", "stories/quantized/stories-Q5_1.gguf",
        "stories/quantized/stories-BF16.gguf", "hf/phimoe.gguf", "hf/phi3-longrope.gguf", "hf/phi3-window.gguf", "hf/phi.gguf",
    ];

    public static TheoryData<string> Models => [.. Files];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task ThreadsAndPiecesDoNotMatter(string file)
    {
        var expected = await Logits(file, new ModelOptions { Threads = 1 }, Tokens);
        foreach (var threads in new[] { 2, 3 })
            AssertSame(expected, await Logits(file, new ModelOptions { Threads = threads }, Tokens));
        foreach (var piece in new[] { 1, 7, 64 })
            AssertSame(expected, await Logits(file, new ModelOptions { Threads = 2 }, piece));
        AssertSame(expected, await Logits(file, new ModelOptions { Threads = 2, BatchSize = 13, MicroBatchSize = 5 }, Tokens));
        AssertSame(expected, await Logits(file, new ModelOptions { Threads = 2, MemoryMap = false }, Tokens));
    }

    public static TheoryData<string, string> ModelsAndSets()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in Files)
        {
            foreach (var set in Enum.GetValues<InstructionSet>())
                data.Add(file, set.ToString());
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(ModelsAndSets))]
    public async Task InstructionSetsDoNotMatter(string file, string name)
    {
        var set = Enum.Parse<InstructionSet>(name);
        Assert.SkipUnless(InstructionSets.IsSupported(set), $"This machine has no {name}.");
        var expected = await Logits(file, new ModelOptions { InstructionSet = InstructionSet.Portable }, Tokens);
        AssertSame(expected, await Logits(file, new ModelOptions { InstructionSet = set }, Tokens));
        AssertSame(expected, await Logits(file, new ModelOptions { InstructionSet = set }, 1));
    }

    private const int Tokens = 80;

    private static async Task<float[]> Logits(string file, ModelOptions options, int piece)
    {
        using var model = await LanguageModel.LoadAsync(Fixtures.Path(file), options);
        var ids = Enumerable.Range(0, Tokens).Select(i => 3 + (i * 37 + i * i) % (model.VocabularySize - 3)).ToArray();
        using var session = model.CreateSession();
        foreach (var part in ids.Chunk(piece))
            session.Evaluate(part);
        return session.Evaluate([]).ToArray();
    }

    private static void AssertSame(float[] expected, float[] actual) =>
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));
}
