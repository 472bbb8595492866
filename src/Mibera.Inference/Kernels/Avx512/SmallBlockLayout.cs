using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Activations packed four units of 32 (or 16) at a time, for one row at a time. After what a cell wants come the blocks' float
/// scales, each four times, and a line with their sums of quants as floats. The last four
/// are the row's last four, whether or not some of them were in the four before; a row that is shorter ends with zeros.
/// </summary>
internal abstract unsafe class SmallBlockLayout : IActivationLayout
{
    /// <summary>From the end of four packed blocks back to the vector of their scales.</summary>
    public const int ScalesFromEnd = 128;

    /// <summary>From the end of four packed blocks back to their four sums, exact in f32.</summary>
    public const int SumsFromEnd = 64;

    private const int MostElements = 4 * 32;

    public int Block => 32;

    public int RowGranularity => 1;

    /// <summary>Activations of a unit: 32, or 16 for formats whose scales serve only so many weights.</summary>
    protected virtual int UnitElements => 32;

    /// <summary>Bytes of four packed blocks, a multiple of 64.</summary>
    public abstract int PackedBytes { get; }

    public long Bytes(int rows, int width) => (long)rows * Groups(width) * PackedBytes;

    public void Pack(QuantizedRows source, int rows, int begin, int end, byte* destination)
    {
        var padded = stackalloc sbyte[MostElements];
        var unit = UnitElements;
        var groups = Groups(source.Width);
        var last = Math.Max(0, source.Width - 4 * unit);
        for (var row = begin; row < end; row++)
        {
            var quants = source.Quants(row);
            var scales = source.Scales(row);
            var sums = source.Sums(row);
            var target = destination + (long)row * groups * PackedBytes;
            for (var group = 0; group < groups; group++, target += PackedBytes)
            {
                var start = Math.Min(4 * unit * group, last);
                var units = Math.Min(4, (source.Width - start) / unit);
                PackScales(scales, sums, start, unit, units, target + PackedBytes);
                var four = quants + start;
                if (units < 4)
                {
                    // Their scales are zero, whatever the quants; but behind the last row there may be none.
                    CopyPadded(four, units * unit, padded);
                    four = padded;
                }
                PackQuants(four, (float*)(target + PackedBytes - SumsFromEnd), target);
            }
        }
    }

    /// <summary>Packs the quants of four units, which it only reads and which may be unaligned; <paramref name="sums"/> are those of
    /// each.</summary>
    protected abstract void PackQuants(sbyte* quants, float* sums, byte* target);

    private static void CopyPadded(sbyte* quants, int count, sbyte* padded)
    {
        var target = new Span<sbyte>(padded, MostElements);
        new ReadOnlySpan<sbyte>(quants, count).CopyTo(target);
        target[count..].Clear();
    }

    private static void PackScales(float* blockScales, short* sumsOf16, int first, int unit, int units, byte* end)
    {
        var scales = (float*)(end - ScalesFromEnd);
        var sums = (float*)(end - SumsFromEnd);
        for (var k = 0; k < 4; k++)
        {
            var column = first + k * unit;
            Vector128.Create(k < units ? blockScales[column / 32] : 0f).Store(scales + 4 * k);
            sums[k] = 0f;
            for (var j = column / 16; k < units && j < (column + unit) / 16; j++)
                sums[k] += sumsOf16[j];
        }
    }

    private int Groups(int width) => (width + 4 * UnitElements - 1) / (4 * UnitElements);
}
