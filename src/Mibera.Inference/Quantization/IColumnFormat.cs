using System.Runtime.CompilerServices;

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
}

/// <summary>Takes unpacked weights of as many rows as a vector has dwords.</summary>
internal interface IColumnSink<TVector>
    where TVector : struct
{
    /// <summary>
    /// Columns 4 <paramref name="quad"/> to 4 <paramref name="quad"/> + 3 of a chunk: those of row r in dword r. Quads come in
    /// ascending order, from 0 to 7; each is a constant.
    /// </summary>
    void Accept(int quad, TVector weights);
}
