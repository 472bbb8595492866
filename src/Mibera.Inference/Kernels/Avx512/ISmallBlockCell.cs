using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// What a format of units of 32 or 16 weights contributes to matrix x vector on AVX-512: the products of four units of four
/// rows. <see cref="SmallBlockDecode{TCell, TOrder}"/> owns everything else. Every member must be marked for aggressive inlining.
/// </summary>
internal unsafe interface ISmallBlockCell
{
    /// <summary>Weights of a unit, which has one scale: 32 or 16.</summary>
    static abstract int UnitElements { get; }

    /// <summary>Bytes of four units of weights; each has a quarter of them, wherever rows end within four.</summary>
    static abstract int GroupBytes { get; }

    /// <summary>How the cell wants its activations; one object for all matrices.</summary>
    static abstract SmallBlockLayout Layout { get; }

    /// <summary>Bytes of four packed units of activations.</summary>
    static abstract int PackedBytes { get; }

    /// <summary>Vector constants, aligned to 64 bytes.</summary>
    static abstract byte* Constants { get; }

    /// <summary>Whether units have an offset beside their scale.</summary>
    static abstract bool HasOffsets { get; }

    /// <summary>
    /// The products of four adjacent units of four rows, <paramref name="stride"/> bytes apart, with four packed units of
    /// activations. Reads <see cref="GroupBytes"/> bytes of each row and nothing else.
    /// All parts of <paramref name="ahead"/> are to be fetched on the way.
    /// </summary>
    /// <returns>Dword r of lane k: row r, unit k. <paramref name="scales"/> likewise, as <see cref="Scales"/> reads them, or f16
    /// in the high word; with offsets, the scale in the low word and the offset in the high one.</returns>
    static abstract Vector512<int> FourRows(
        byte* constants, byte* blocks, nint stride, byte* activations, ReadAhead ahead, out Vector512<uint> scales);

    /// <summary>Whether scales are f16, which the walk converts.</summary>
    static abstract bool HasHalfScales { get; }

    /// <summary>The scales of <see cref="FourRows"/> as floats; not called where they are f16.</summary>
    static abstract Vector512<float> Scales(Vector512<uint> raw);
}
