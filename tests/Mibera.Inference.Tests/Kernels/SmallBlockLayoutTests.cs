using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Tests.Kernels;

public unsafe class SmallBlockLayoutTests
{
    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(96)]
    public void AShortRowIsPackedAsOneThatEndsWithZeros(int width)
    {
        var values = FloatTestData.Uniform(width, seed: 7);
        foreach (var layout in (SmallBlockLayout[])[ByteLayout.Instance, new NibbleLayout(8)])
        {
            var expected = Pack(layout, [.. values, .. new float[128 - width]], rows: 1);
            Assert.Equal(expected, Pack(layout, values, rows: 1));
            // A row before others: what follows it must not be taken for its own.
            Assert.Equal(expected, Pack(layout, [.. values, .. values], rows: 2)[..layout.PackedBytes]);
        }
    }

    private static byte[] Pack(SmallBlockLayout layout, float[] values, int rows)
    {
        var width = values.Length / rows;
        using var activations = new Activations(rows, width);
        values.CopyTo(new Span<float>(activations.Data, values.Length));
        activations.Reset(rows);
        var packed = new byte[layout.Bytes(rows, width)];
        fixed (byte* target = packed)
            layout.Pack(activations.Quantized(32, WorkerPool.Inline), rows, 0, rows, target);
        return packed;
    }
}
