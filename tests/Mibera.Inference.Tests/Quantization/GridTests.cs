using System.Runtime.InteropServices;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Tests.Quantization;

public unsafe class GridTests
{
    [Theory]
    [InlineData("iq1s_grid")]
    [InlineData("iq2xxs_grid")]
    [InlineData("iq2xs_grid")]
    [InlineData("iq2s_grid")]
    [InlineData("iq3xxs_grid")]
    [InlineData("iq3s_grid")]
    [InlineData("kvalues_iq4nl")]
    [InlineData("kvalues_fp4")]
    public void IsThatOfGgml(string name)
    {
        var expected = File.ReadAllBytes(Fixtures.Path($"grids/{name}.bin"));
        Assert.Equal(expected, Bytes(name).ToArray());
    }

    [Fact]
    public void EvenSignsAreThoseOfGgml()
    {
        var expected = File.ReadAllBytes(Fixtures.Path("grids/ksigns_iq2xs.bin"));
        for (var i = 0; i < 128; i++)
            Assert.Equal(expected[i], Grids.EvenSigns((uint)i));
    }

    [Fact]
    public void APointerSeesTheSameEntries()
    {
        Assert.True(new ReadOnlySpan<ulong>(Grids.Pointer(Grids.Iq1S), 2048).SequenceEqual(Grids.Iq1S));
        Assert.True(new ReadOnlySpan<uint>(Grids.Pointer(Grids.Iq3S), 512).SequenceEqual(Grids.Iq3S));
    }

    /// <summary>The AVX-512 cell of IQ3_XXS adds four halved products of two groups in a word.</summary>
    [Fact]
    public void MagnitudesOfAnIq3XxsEntryAreEvenAndAddUpTo162AtMost()
    {
        var largest = 0;
        foreach (var entry in Grids.Iq3Xxs)
        {
            var sum = 0;
            for (var i = 0; i < 4; i++)
            {
                var magnitude = (int)(entry >> (8 * i)) & 0xff;
                Assert.Equal(0, magnitude % 2);
                sum += magnitude;
            }
            largest = Math.Max(largest, sum);
        }
        Assert.Equal(162, largest);
    }

    [Fact]
    public void SignsNegateTheirOwnWeight()
    {
        var unit = default(IntegerBlock);
        Grids.Store(ref unit, 8, 0x2b_19_08_2b_19_08_2b_3e, 0b1000_0101);
        int[] expected = [-62, 43, -8, 25, 43, 8, 25, -43];
        for (var i = 0; i < 8; i++)
            Assert.Equal(expected[i], unit.Weights[8 + i]);
    }

    private static ReadOnlySpan<byte> Bytes(string name) => name switch
    {
        "iq1s_grid" => MemoryMarshal.AsBytes(Grids.Iq1S),
        "iq2xxs_grid" => MemoryMarshal.AsBytes(Grids.Iq2Xxs),
        "iq2xs_grid" => MemoryMarshal.AsBytes(Grids.Iq2Xs),
        "iq2s_grid" => MemoryMarshal.AsBytes(Grids.Iq2S),
        "iq3xxs_grid" => MemoryMarshal.AsBytes(Grids.Iq3Xxs),
        "iq3s_grid" => MemoryMarshal.AsBytes(Grids.Iq3S),
        "kvalues_iq4nl" => MemoryMarshal.AsBytes(Codebooks.Iq4Nl),
        _ => MemoryMarshal.AsBytes(Codebooks.Fp4),
    };
}
