using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Models;

/// <summary>RoPE factors that are no factors: an error that names the tensor.</summary>
public sealed class RopeFactorTests : TinyModelFolder
{
    private const int Pairs = TinyModel.HeadDimension / 2;

    public static TheoryData<string, int, float> Bad
    {
        get
        {
            var data = new TheoryData<string, int, float>();
            foreach (var name in new[] { "rope_factors_long.weight", "rope_factors_short.weight", "rope_freqs.weight" })
            {
                foreach (var value in new[] { float.NaN, 0f, -1f, float.PositiveInfinity })
                    data.Add(name, Pairs, value);
                foreach (var length in new[] { 1, Pairs - 1, Pairs + 1, 2 * Pairs, 1000 })
                    data.Add(name, length, 1f);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void AreRefused(string name, int length, float value)
    {
        var model = LongRope();
        var factors = Enumerable.Repeat(1f, length).ToArray();
        factors[length / 2] = value;
        model.Tensors[name] = new TinyTensor([length], factors);
        Assert.Contains(name, Refused<UnsupportedModelException>(model).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfAnotherTypeAreRefused()
    {
        var model = LongRope();
        model.Tensors["rope_factors_long.weight"] = new TinyTensor([Pairs], new float[Pairs], GgmlType.F16, new byte[2 * Pairs]);
        Assert.Contains("rope_factors_long.weight", Refused<UnsupportedModelException>(model).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SayHowManyDimensionsRotateWhereTheFileDoesNot()
    {
        var model = LongRope();
        foreach (var name in new[] { "rope_factors_long.weight", "rope_factors_short.weight" })
            model.Tensors[name] = new TinyTensor([6], [1, 1, 1, 1, 1, 1]);
        model.Keys.Remove("phi3.rope.dimension_count");
        using var loaded = Load(model);
        Assert.Equal(12, loaded.Config.Rope.Dimensions);
    }

    private static TinyModel LongRope()
    {
        var model = TinyModel.Phi3().Set("rope.scaling.original_context_length", GgufValue.From(64u));
        foreach (var name in new[] { "rope_factors_long.weight", "rope_factors_short.weight" })
            model.Tensors[name] = new TinyTensor([Pairs], [.. Enumerable.Repeat(1.5f, Pairs)]);
        return model;
    }
}
