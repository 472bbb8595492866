using Mibera.Inference.Memory;

namespace Mibera.Inference.Kernels;

/// <summary>
/// Activation rows quantized to int8: <c>x[i] ~ Scales[i / Block] * Quants[i]</c> with quants in [-127, 127]. The sums
/// of 16 consecutive quants serve formats with minimums or offsets; |sum| &lt;= 16 * 127 = 2032.
/// </summary>
internal sealed unsafe class QuantizedRows : IDisposable
{
    private readonly NativeBuffer _quants;
    private readonly NativeBuffer _scales;
    private readonly NativeBuffer _sums;

    public QuantizedRows(int maxRows, int width, int block)
    {
        Width = width;
        Block = block;
        _quants = new NativeBuffer((long)maxRows * width);
        _scales = new NativeBuffer((long)maxRows * (width / block) * sizeof(float));
        _sums = new NativeBuffer((long)maxRows * (width / 16) * sizeof(short));
    }

    /// <summary>Elements of a row, a multiple of <see cref="Block"/>.</summary>
    public int Width { get; }

    /// <summary>Elements that share a scale: 32 or 256.</summary>
    public int Block { get; }

    public sbyte* Quants(int row) => (sbyte*)_quants.Pointer + (long)row * Width;

    public float* Scales(int row) => (float*)_scales.Pointer + (long)row * (Width / Block);

    public short* Sums(int row) => (short*)_sums.Pointer + (long)row * (Width / 16);

    public void Dispose()
    {
        _quants.Dispose();
        _scales.Dispose();
        _sums.Dispose();
    }
}
