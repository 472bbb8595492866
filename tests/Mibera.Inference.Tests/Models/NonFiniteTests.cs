using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Models;

/// <summary>Weights of NaN or infinity: the model loads, and generating or measuring ends with an error.</summary>
public sealed class NonFiniteTests : TinyModelFolder
{
    private static readonly string[] Tensors =
    [
        "token_embd.weight", "blk.0.attn_norm.weight", "blk.1.attn_qkv.weight", "blk.0.attn_output.weight", "blk.1.ffn_up.weight", "blk.0.ffn_down.weight",
        "output_norm.weight", "output.weight",
    ];

    public static TheoryData<string, float> Cases
    {
        get
        {
            var data = new TheoryData<string, float>();
            foreach (var tensor in Tensors)
            {
                data.Add(tensor, float.NaN);
                data.Add(tensor, float.PositiveInfinity);
                data.Add(tensor, float.NegativeInfinity);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task GenerationEndsWithAnError(string tensor, float value)
    {
        var model = TinyModel.Phi3();
        model.Tensors[tensor].Values.AsSpan().Fill(value);
        await AssertRefused(model);
    }

    [Theory]
    [InlineData("blk.0.ffn_gate_inp.weight")]
    [InlineData("blk.1.ffn_gate_exps.weight")]
    [InlineData("blk.1.ffn_down_exps.weight")]
    [InlineData("blk.0.attn_k.bias")]
    [InlineData("output.bias")]
    public async Task SoInAMixtureOfExperts(string tensor)
    {
        var model = TinyModel.PhiMoe();
        model.Tensors[tensor].Values.AsSpan().Fill(float.NaN);
        await AssertRefused(model);
    }

    [Theory]
    [InlineData(GgmlType.F16, 2)]
    [InlineData(GgmlType.BF16, 2)]
    [InlineData(GgmlType.Q8_0, 34)]
    [InlineData(GgmlType.Q4_0, 18)]
    public async Task SoInOtherTypes(GgmlType type, int blockBytes)
    {
        var model = TinyModel.Phi3();
        // All bits set is NaN as a scale, and as a value of the float types.
        model.Tensors["blk.1.ffn_up.weight"] = model.Tensors["blk.1.ffn_up.weight"].AsBlocks(type, [.. Enumerable.Repeat((byte)0xFF, blockBytes)]);
        await AssertRefused(model);
    }

    // Without fixtures one case, which skips: a theory without cases fails.
    public static TheoryData<string> Formats =>
        Fixtures.Available ? [.. Fixtures.Files("stories/quantized", "*.gguf").Select(f => Path.GetFileName(f))] : ["absent.gguf"];

    /// <summary>In every format there is, a tensor with all its bits set.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public async Task SoInEveryFormat(string file)
    {
        var path = Path.Combine(Folder, file);
        File.Copy(Fixtures.Path($"stories/quantized/{file}"), path);
        File.SetAttributes(path, FileAttributes.Normal);
        using (var source = GgufFile.Open(path))
        {
            Assert.True(source.TryGetTensor("blk.2.ffn_down.weight", out var tensor));
            using var writer = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite) { Position = tensor.Offset };
            writer.Write([.. Enumerable.Repeat((byte)0xFF, (int)tensor.ByteSize)]);
        }
        using var model = LanguageModel.Load(path, OneThread, null, default);
        await Assert.ThrowsAsync<NonFiniteLogitsException>(() => Generate(model, "Once", new GenerationOptions { MaxTokens = 4 }));
    }

    private async Task AssertRefused(TinyModel tiny)
    {
        using var model = Load(tiny);
        foreach (var temperature in new[] { 0f, 0.8f })
        {
            var error = await Assert.ThrowsAsync<NonFiniteLogitsException>(() => Generate(model, "abc", new GenerationOptions { MaxTokens = 4, Temperature = temperature }));
            Assert.Equal(model.FilePath, error.File);
            Assert.StartsWith(model.FilePath, error.Message, StringComparison.Ordinal);
        }
        Assert.Throws<NonFiniteLogitsException>(() => Perplexity.Measure(model, "a text of more than eight bytes", 8));
    }
}
