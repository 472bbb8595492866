using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// A format whose indices of a block fill half a vector, so that two rows share each vector: one in the low half, one in
/// the high half. Members must be marked for aggressive inlining.
/// </summary>
internal unsafe interface IRowPair
{
    /// <summary>Bytes of a block of weights.</summary>
    static abstract int BlockBytes { get; }

    /// <summary>How activations are packed.</summary>
    static abstract SuperBlockLayout Layout { get; }

    /// <summary>As <see cref="ISuperBlockCell.PackedBytes"/>.</summary>
    static abstract int PackedBytes { get; }

    /// <summary>As <see cref="ISuperBlockCell.Constants"/>.</summary>
    static abstract byte* Constants { get; }

    /// <summary>The power of two that, times the block's f16 scale, is its float scale.</summary>
    static abstract float ScaleUnit { get; }

    /// <summary>The bits of the block's f16 scale.</summary>
    static abstract uint HalfScale(byte* block);

    /// <summary>As <see cref="ISuperBlockCell.CodeBytes"/>, of two pairs of rows.</summary>
    static virtual int CodeBytes => 0;

    /// <summary>
    /// As <see cref="ISuperBlockCell.Unpack"/>, for two pairs of rows: the blocks at <paramref name="low"/> and <paramref name="high"/>,
    /// and those <paramref name="stride"/> bytes on.
    /// </summary>
    static virtual void Unpack(byte* constants, byte* low, byte* high, nint stride, byte* codes)
    {
    }

    /// <summary>
    /// The products of two pairs of rows with a packed block of activations: of the blocks at <paramref name="low"/> and
    /// <paramref name="high"/>, and of those <paramref name="stride"/> bytes on; or, of a format that unpacks, of the codes at
    /// <paramref name="low"/>. The low half of a result adds up to the product of its low row.
    /// </summary>
    static abstract TwoZmm<int> Multiply(byte* constants, byte* low, byte* high, nint stride, byte* activations);

    /// <summary>
    /// Stores the weights of two pairs of rows in <see cref="GroupUnits"/>: true weights without their common factor, or unsigned ones
    /// where <see cref="IVectorFormat.HasOffsets"/> without an <see cref="IVectorFormat.Offset"/>. <paramref name="codes"/> is room for
    /// <see cref="CodeBytes"/>.
    /// </summary>
    static abstract void UnpackGroups(byte* constants, byte* low, byte* high, nint stride, byte* codes, byte* units);

    /// <summary>As <see cref="ISuperBlockCell.Finish"/>.</summary>
    static abstract Vector512<int> Finish(Vector512<int> sums);
}
