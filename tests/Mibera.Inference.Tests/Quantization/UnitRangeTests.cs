using Mibera.Inference.Gguf;
using Mibera.Inference.Quantization;
using Mibera.Inference.Tests.Kernels;

namespace Mibera.Inference.Tests.Quantization;

/// <summary>
/// The exact ranges of weights, sub-block scales and minimums, as docs/formats.md lists them: every kernel's claim that
/// its integers cannot overflow rests on them.
/// </summary>
public unsafe class UnitRangeTests
{
    [Fact]
    public void BlocksOf32()
    {
        Ranges<Q40>(-8, 7);
        Ranges<Q41>(0, 15, maxMin: 1);
        Ranges<Q50>(-16, 15);
        Ranges<Q51>(0, 31, maxMin: 1);
        Ranges<Q80>(-128, 127);
        Ranges<IQ4NL>(-127, 113);
        Ranges<MXFP4>(-12, 12);
    }

    [Fact]
    public void BlocksOfSeveralUnits()
    {
        Ranges<NVFP4>(-12, 12);
        Ranges<Q10>(-1, 1);
        Ranges<Q20>(-1, 2);
    }

    [Fact]
    public void SuperBlocks()
    {
        Ranges<Q2K>(0, 3, 0, 15, maxMin: 15);
        Ranges<Q3K>(-4, 3, -32, 31);
        Ranges<Q4K>(0, 15, 0, 63, maxMin: 63);
        Ranges<Q5K>(0, 31, 0, 63, maxMin: 63);
        Ranges<Q6K>(-32, 31, -128, 127);
        Ranges<TQ10>(-1, 1);
        Ranges<TQ20>(-1, 2);
    }

    [Fact]
    public void GridsAndCodebooks()
    {
        Ranges<IQ1S>(-9, 9, 1, 15);
        Ranges<IQ1M>(-9, 9, 1, 15);
        Ranges<IQ2XXS>(-43, 43, 1, 31);
        Ranges<IQ2XS>(-43, 43, 1, 31);
        Ranges<IQ2S>(-43, 43, 1, 31);
        Ranges<IQ3XXS>(-62, 62, 1, 31);
        Ranges<IQ3S>(-15, 15, 1, 31);
        Ranges<IQ4XS>(-127, 113, -32, 31);
    }

    /// <summary>All blocks of a large random sample lie in the range, and both of its ends occur.</summary>
    private static void Ranges<TFormat>(int minWeight, int maxWeight, int minScale = 1, int maxScale = 1, int maxMin = 0)
        where TFormat : struct, IBlockFormat
    {
        var (weights, scales, mins) = (new Extent(), new Extent(), new Extent());
        foreach (var pattern in RandomBlocks.Patterns)
            Collect<TFormat>(pattern, weights, scales, mins);
        Assert.Equal(new Extent(minWeight, maxWeight), weights);
        Assert.Equal(new Extent(minScale, maxScale), scales);
        Assert.Equal(new Extent(0, maxMin), mins with { Low = Math.Min(mins.Low, 0) });
        Assert.Equal(TFormat.HasMins, maxMin > 0);
    }

    private static void Collect<TFormat>(BlockPattern pattern, Extent weights, Extent scales, Extent mins)
        where TFormat : struct, IBlockFormat
    {
        const int Blocks = 200;
        var (elements, bytes) = TFormat.Type.Block();
        var subBlocks = TFormat.UnitElements / IntegerBlock.SubBlock;
        fixed (byte* blocks = RandomBlocks.Rows(TFormat.Type, Blocks, elements, pattern, seed: 1))
        {
            for (var first = 0; first < Blocks * elements; first += TFormat.UnitElements)
            {
                var unit = default(IntegerBlock);
                TFormat.Unpack(blocks + first / elements * bytes, first % elements / TFormat.UnitElements, ref unit);
                for (var i = 0; i < TFormat.UnitElements; i++)
                    weights.Add(unit.Weights[i]);
                for (var j = 0; j < subBlocks; j++)
                {
                    scales.Add(unit.Scales[j]);
                    mins.Add(unit.Mins[j]);
                }
            }
        }
    }

    private sealed record Extent(int Low = int.MaxValue, int High = int.MinValue)
    {
        public int Low { get; set; } = Low;

        public int High { get; set; } = High;

        public void Add(int value) => (Low, High) = (Math.Min(Low, value), Math.Max(High, value));
    }
}
