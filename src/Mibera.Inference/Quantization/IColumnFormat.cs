using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

/// <summary>
/// A format with units of 32 or 16, of which 256-bit kernels multiply the same columns of eight rows at once: a unit is too
/// short to pay for the reduction of one vector per row.
/// </summary>
internal unsafe interface IColumnFormat : IVectorFormat
{
    /// <summary>Chunks of 32 weights in a block: 1, 2 or 4.</summary>
    static virtual int ChunksInBlock
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    /// <summary>
    /// Hands 32 columns of eight rows to <paramref name="sink"/>: chunk <paramref name="step"/> of the blocks
    /// at <paramref name="block"/> + r * <paramref name="stride"/>.
    /// </summary>
    static abstract void UnpackColumns<TIsa, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IColumnSink;
}

/// <summary>Takes unpacked weights of eight rows.</summary>
internal interface IColumnSink
{
    /// <summary>
    /// Columns 4 <paramref name="quad"/> to 4 <paramref name="quad"/> + 3 of a chunk: those of row r in dword r. Quads come in
    /// ascending order, from 0 to 7; each is a constant.
    /// </summary>
    void Accept(int quad, Vector256<byte> weights);
}
