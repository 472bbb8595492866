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

    private const int MostElements = 128;

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
        var elements = 4 * UnitElements;
        var last = Math.Max(0, source.Width - elements);
        for (var row = begin; row < end; row++)
        {
            var quants = source.Quants(row);
            var scales = source.Scales(row);
            var sums = source.Sums(row);
            var target = destination + (long)row * Groups(source.Width) * PackedBytes;
            for (var group = 0; group < Groups(source.Width); group++)
            {
                var start = Math.Min(elements * group, last);
                var units = Math.Min(4, (source.Width - start) / UnitElements);
                PackScales(scales, sums, start, units, target + PackedBytes);
                var four = units == 4 ? quants + start : Pad(quants + start, UnitElements * units, padded);
                PackQuants(four, (float*)(target + PackedBytes - SumsFromEnd), target);
                target += PackedBytes;
            }
        }
    }

    /// <summary>Packs the quants of four units; <paramref name="sums"/> are those of each.</summary>
    protected abstract void PackQuants(sbyte* quants, float* sums, byte* target);

    private static sbyte* Pad(sbyte* quants, int count, sbyte* padded)
    {
        new Span<sbyte>(padded, MostElements).Clear();
        new ReadOnlySpan<sbyte>(quants, count).CopyTo(new Span<sbyte>(padded, MostElements));
        return padded;
    }

    private void PackScales(float* blockScales, short* sumsOf16, int first, int units, byte* end)
    {
        var scales = (float*)(end - ScalesFromEnd);
        var sums = (float*)(end - SumsFromEnd);
        for (var k = 0; k < 4; k++)
        {
            var column = first + k * UnitElements;
            Vector128.Create(k < units ? blockScales[column / 32] : 0f).Store(scales + 4 * k);
            sums[k] = 0f;
            for (var j = column / 16; k < units && j < (column + UnitElements) / 16; j++)
                sums[k] += sumsOf16[j];
        }
    }

    private int Groups(int width) => (width + 4 * UnitElements - 1) / (4 * UnitElements);
}
