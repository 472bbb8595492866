using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Activations packed four blocks of 32 at a time, for one row at a time. After what a cell wants come the blocks' float
/// scales, each four times, and a line with their sums of quants as floats; what is missing in the last four blocks is
/// zero.
/// </summary>
internal abstract unsafe class SmallBlockLayout : IActivationLayout
{
    /// <summary>From the end of four packed blocks back to the vector of their scales.</summary>
    public const int ScalesFromEnd = 128;

    /// <summary>From the end of four packed blocks back to their four sums, exact in f32.</summary>
    public const int SumsFromEnd = 64;

    public int Block => 32;

    public int RowGranularity => 1;

    /// <summary>Bytes of four packed blocks, a multiple of 64.</summary>
    public abstract int PackedBytes { get; }

    public long Bytes(int rows, int width) => (long)rows * Groups(width) * PackedBytes;

    public void Pack(QuantizedRows source, int rows, int begin, int end, byte* destination)
    {
        var quants = stackalloc sbyte[128];
        for (var row = begin; row < end; row++)
        {
            for (var group = 0; group < Groups(source.Width); group++)
            {
                var blocks = Math.Min(4, source.Width / 32 - 4 * group);
                var copy = new Span<sbyte>(quants, 128);
                copy[(32 * blocks)..].Clear();
                new ReadOnlySpan<sbyte>(source.Quants(row) + 128 * group, 32 * blocks).CopyTo(copy);
                var target = destination + ((long)row * Groups(source.Width) + group) * PackedBytes;
                PackScales(source, row, 4 * group, blocks, target + PackedBytes);
                PackQuants(quants, (float*)(target + PackedBytes - SumsFromEnd), target);
            }
        }
    }

    /// <summary>Packs the 128 quants of four blocks; <paramref name="sums"/> are those of each 32.</summary>
    protected abstract void PackQuants(sbyte* quants, float* sums, byte* target);

    private static void PackScales(QuantizedRows source, int row, int first, int blocks, byte* end)
    {
        var scales = (float*)(end - ScalesFromEnd);
        var sums = (float*)(end - SumsFromEnd);
        for (var k = 0; k < 4; k++)
        {
            var isThere = k < blocks;
            Vector128.Create(isThere ? source.Scales(row)[first + k] : 0f).Store(scales + 4 * k);
            sums[k] = isThere ? source.Sums(row)[2 * (first + k)] + source.Sums(row)[2 * (first + k) + 1] : 0f;
        }
    }

    private static int Groups(int width) => (width / 32 + 3) / 4;
}
