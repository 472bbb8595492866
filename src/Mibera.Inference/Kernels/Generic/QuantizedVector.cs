namespace Mibera.Inference.Kernels.Generic;

/// <summary>One row of <see cref="QuantizedRows"/>.</summary>
internal readonly unsafe struct QuantizedVector(QuantizedRows rows, int row)
{
    public int Width { get; } = rows.Width;

    public sbyte* Quants { get; } = rows.Quants(row);

    public float* Scales { get; } = rows.Scales(row);

    public short* Sums { get; } = rows.Sums(row);
}
