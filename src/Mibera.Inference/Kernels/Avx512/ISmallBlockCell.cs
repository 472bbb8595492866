using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// What a format of 32-weight blocks contributes to matrix x vector on AVX-512: the products of four blocks of four rows.
/// <see cref="SmallBlockDecode{TCell}"/> owns everything else. Every member must be marked for aggressive inlining.
/// </summary>
internal unsafe interface ISmallBlockCell
{
    /// <summary>Bytes of a block of weights.</summary>
    static abstract int BlockBytes { get; }

    /// <summary>How the cell wants its activations; one object for all matrices.</summary>
    static abstract SmallBlockLayout Layout { get; }

    /// <summary>Bytes of four packed blocks of activations.</summary>
    static abstract int PackedBytes { get; }

    /// <summary>Vector constants, aligned to 64 bytes.</summary>
    static abstract byte* Constants { get; }

    /// <summary>Whether blocks have an offset beside their scale.</summary>
    static abstract bool HasOffsets { get; }

    /// <summary>
    /// The products of four adjacent blocks of four rows, <paramref name="stride"/> bytes apart, with four packed blocks of
    /// activations. Reads the 4 * <see cref="BlockBytes"/> bytes of each row and nothing else.
    /// </summary>
    /// <returns>Dword r of lane k: row r, block k. <paramref name="scales"/> likewise: the f16 scale in the high word; with
    /// offsets, the scale in the low word and the offset in the high one.</returns>
    static abstract Vector512<int> FourRows(
        byte* constants, byte* blocks, nint stride, byte* activations, out Vector512<uint> scales);
}
