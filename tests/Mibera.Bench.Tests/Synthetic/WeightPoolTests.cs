using Mibera.Bench.Kernels;
using Mibera.Bench.Synthetic;
using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;

namespace Mibera.Bench.Tests.Synthetic;

public class WeightPoolTests
{
    public static IEnumerable<TheoryDataRow<GgmlType>> Types() => KernelBenchSettings.AllTypes.Select(type => new TheoryDataRow<GgmlType>(type));

    [Theory]
    [MemberData(nameof(Types))]
    public unsafe void Weights_are_finite_and_small(GgmlType type)
    {
        var pool = WeightPool.Create(type, 1).Bytes;
        var (elements, size) = type.Block();
        var values = new float[pool.Length / size * elements];
        fixed (byte* blocks = pool)
        fixed (float* output = values)
            KernelTable.Scalar(type).DecodeRow(blocks, values.Length, output);

        var (sum, squares) = (0d, 0d);
        foreach (var value in values) (sum, squares) = (sum + value, squares + (double)value * value);
        var (mean, rms) = (sum / values.Length, Math.Sqrt(squares / values.Length));
        // One that is not finite would show in the sums.
        // Scales that are powers of two, or have four bits in all, come within a factor of the square root of 2.
        var tolerance = type is GgmlType.MXFP4 or GgmlType.NVFP4 ? 1.5 : 1.05;
        Assert.InRange(rms, WeightPool.RootMeanSquare / tolerance, WeightPool.RootMeanSquare * tolerance);
        Assert.InRange(Math.Abs(mean), 0, 0.15 * rms);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes() =>
        Assert.Equal(WeightPool.Create(GgmlType.Q4_K, 7).Bytes, WeightPool.Create(GgmlType.Q4_K, 7).Bytes);

    [Fact]
    public void Writing_goes_round_the_pool_and_counts_every_byte()
    {
        var pool = WeightPool.Create(GgmlType.Q8_0, 1);
        var blocks = pool.Bytes.Length / 34;
        using var stream = new MemoryStream();
        var counted = 0;
        pool.WriteTo(stream, 3 * 34, blocks - 1, count => counted += count);
        Assert.Equal(3 * 34, counted);
        Assert.Equal([.. pool.Bytes[^34..], .. pool.Bytes[..68]], stream.ToArray());
    }
}
