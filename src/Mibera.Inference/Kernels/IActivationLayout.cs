namespace Mibera.Inference.Kernels;

/// <summary>
/// An order of activations that a kernel reads faster than the natural one. Rows are packed once for each input,
/// however many matrices share it.
/// </summary>
internal unsafe interface IActivationLayout
{
    /// <summary>Block length of the quantized rows that this layout packs: 32 or 256.</summary>
    int Block { get; }

    /// <summary>Bytes of <paramref name="rows"/> packed rows; what follows them is never read.</summary>
    long Bytes(int rows, int width);

    /// <summary>
    /// How many source rows are packed together: 1 for matrix x vector, the column width of the micro-kernel for
    /// matrix x matrix. Work is split over threads in multiples of it.
    /// </summary>
    int RowGranularity { get; }

    /// <summary>Packs rows [<paramref name="begin"/>, <paramref name="end"/>) of <paramref name="source"/> (of
    /// <paramref name="rows"/> in all).</summary>
    void Pack(QuantizedRows source, int rows, int begin, int end, byte* destination);
}
