using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// What a format of 256-weight blocks contributes to matrix x vector on AVX-512: the products of one block of eight rows.
/// The walks own everything else. Every member must be marked for aggressive inlining: a call in the inner loop spills
/// all vectors.
/// </summary>
internal unsafe interface ISuperBlockCell
{
    /// <summary>Bytes of a block of weights.</summary>
    static abstract int BlockBytes { get; }

    /// <summary>How the cell wants its activations; one object for all matrices.</summary>
    static abstract SuperBlockLayout Layout { get; }

    /// <summary>Bytes of a packed block of activations, a multiple of 64.</summary>
    static abstract int PackedBytes { get; }

    /// <summary>Vector constants, aligned to 64 bytes: loads from there are cheaper than locals that get spilled.</summary>
    static abstract byte* Constants { get; }

    /// <summary>Whether <see cref="EightRows"/> gives minimums.</summary>
    static abstract bool HasMins { get; }

    /// <summary>The block's float scale in the format's own code (and that of the minimums), as
    /// <see cref="Scales"/> and <see cref="MinScales"/> will read it.</summary>
    static abstract uint RawScales(byte* block);

    /// <summary>The float scales of 16 blocks.</summary>
    static abstract Vector512<float> Scales(Vector512<uint> raw);

    /// <summary>The float scales of the minimums of 16 blocks.</summary>
    static abstract Vector512<float> MinScales(Vector512<uint> raw);

    /// <summary>Bytes that <see cref="Unpack"/> makes of a block of eight rows, a multiple of 64; 0 where a cell has no such
    /// phase.</summary>
    static virtual int CodeBytes => 0;

    /// <summary>
    /// A first phase, done for all blocks of a step before <see cref="EightRows"/> of the first. Where chains of operations that depend
    /// on each other exceed what a processor keeps in flight, chains of half the length run beside each other in two phases.
    /// </summary>
    static virtual void Unpack(byte* constants, byte* block, nint stride, byte* codes)
    {
    }

    /// <summary>
    /// The products of a block of eight rows, <paramref name="stride"/> bytes apart, with a packed block of activations.
    /// All parts of <paramref name="ahead"/> are to be fetched on the way. After <see cref="Unpack"/>, <paramref name="block"/> is
    /// what that has made.
    /// </summary>
    /// <returns>Partial sums: the two lanes of the low half add up to rows 0 to 3, those of the high half to rows 4 to 7
    /// (dword r of a lane: row r or r + 4). <paramref name="minimums"/>: lane r holds partial sums of row r in its even
    /// dwords and of row r + 4 in its odd ones.</returns>
    static abstract Vector512<int> EightRows(
        byte* constants, byte* block, nint stride, byte* activations, ReadAhead ahead, out Vector512<int> minimums);

    /// <summary>The exact sums of 16 rows or blocks, from sums that may carry a power of two.</summary>
    static abstract Vector512<int> Finish(Vector512<int> sums);
}
