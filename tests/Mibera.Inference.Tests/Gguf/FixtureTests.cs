using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Gguf;

/// <summary>Files that other programs wrote.</summary>
public sealed class FixtureTests
{
    [Theory]
    [InlineData("stories")]
    [InlineData("stories/quantized")]
    [InlineData("tokenizers")]
    [InlineData("hf")]
    [InlineData("smol")]
    public void EveryReferenceFileOpens(string folder)
    {
        var files = Fixtures.Files(folder, "*.gguf");
        Assert.SkipWhen(files.Count == 0, $"Fixture folder '{folder}' not found.");
        foreach (var path in files)
        {
            using var file = GgufFile.Open(path);
            Assert.True(file.Metadata.TryGetString("general.architecture", out _));
            Assert.NotNull(file.Metadata.GetStringArrayOrNull("tokenizer.ggml.tokens"));
        }
    }

    [Fact]
    public void APhi3StoryHasTheTensorsThatItShould()
    {
        using var file = GgufFile.Open(Fixtures.Path("stories/stories-phi3.gguf"));
        Assert.Equal("phi3", file.Metadata.GetStringOrNull("general.architecture"));
        Assert.True(file.TryGetTensor("blk.4.ffn_up.weight", out var up));
        Assert.Equal(GgmlType.F16, up.Type);
        Assert.True(file.TryGetTensor("token_embd.weight", out var embeddings));
        Assert.Equal([64, 512], embeddings.Dimensions);
        Assert.False(file.TryGetTensor("output.weight", out _));
    }

    [Fact]
    public void AVocabularyOf200000TokensIsRead()
    {
        var path = Fixtures.Path("tokenizers/vocab-phi4mini.gguf");
        using var file = GgufFile.Open(path);
        Assert.Equal(200_064, file.Metadata.GetStringArrayOrNull("tokenizer.ggml.tokens")!.Count);
        Assert.Empty(file.Tensors);
    }
}
