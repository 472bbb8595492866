using System.Runtime.CompilerServices;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>What the walks share.</summary>
internal static unsafe class Walks
{
    /// <summary>
    /// Copies the scales of eight rows. A vector load takes them from there a few hundred instructions later, when the
    /// stores are done.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRawScales<TCell>(byte* block, nint stride, uint* raw)
        where TCell : struct, ISuperBlockCell
    {
        var last = block + 4 * stride;
        raw[0] = TCell.RawScales(block);
        raw[1] = TCell.RawScales(block + stride);
        raw[2] = TCell.RawScales(block + 2 * stride);
        raw[3] = TCell.RawScales(block + 3 * stride);
        raw[4] = TCell.RawScales(last);
        raw[5] = TCell.RawScales(last + stride);
        raw[6] = TCell.RawScales(last + 2 * stride);
        raw[7] = TCell.RawScales(last + 3 * stride);
    }
}
