using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// The bytes of the next tile, fetched into the second-level cache while a tile is unpacked: in 32 parts with each chunk, as many bytes
/// as that chunk of a tile has, in order and skipping no line.
/// </summary>
/// <remarks>
/// Processors of Intel read them as eight streams, each of four adjacent rows: on Golden Cove, two threads from memory, four to eight
/// inputs of Q4_K are 1.1 to 1.15 times as fast with eight streams as with one, of Q6_K 1.02 to 1.2, of the other K-quants 1.0 to 1.05;
/// on Zen 3, four to 24, Q6_K 1.04 to 1.2, Q4_K 1.0 to 1.04. Those of AMD with AVX-512 read them in order: on Zen 5 streams are 0.95
/// times as fast (Q4_K). What the next part begins with is carried along, not computed: that costs the least where the compiler's inliner
/// is near its limits.
/// </remarks>
internal unsafe struct NextTile<TIsa>
    where TIsa : struct, IIsa
{
    private const int Streams = 8;

    private readonly nint _near;
    private readonly nint _wrap;
    private byte* _part;
    private int _index;

    /// <summary>As this processor prefers it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NextTile(in WeightMatrix weights, int row, long offset, int partBytes)
        : this(weights, row, offset, partBytes, inStreams: !Cpu.IsAmd || !Vector512.IsHardwareAccelerated)
    {
    }

    /// <param name="weights">The matrix.</param>
    /// <param name="row">The first row of the tile that is unpacked.</param>
    /// <param name="offset">Bytes of a row before the chunk.</param>
    /// <param name="partBytes">Bytes of a row of the chunk, which may be short.</param>
    /// <param name="inStreams">Whether parts are those of eight streams, by turns.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NextTile(in WeightMatrix weights, int row, long offset, int partBytes, bool inStreams)
    {
        const int RowsOfStream = PanelLayout.TileRows / Streams;
        OneByOne = inStreams || !Cpu.IsZen4OrOlder;
        _part = weights.Row(row + PanelLayout.TileRows) + offset * (inStreams ? RowsOfStream : PanelLayout.TileRows);
        _near = inStreams ? RowsOfStream * (nint)weights.RowBytes : partBytes;
        _wrap = inStreams ? partBytes - Streams * _near : 0;
    }

    /// <summary>
    /// Whether parts had better come one by one, between what is unpacked, than those of eight rows at once. On Zen 5, two threads from
    /// memory, three to eight inputs of Q6_K are 1.3 to 1.4 times as fast one by one, of Q5_K 1.1 to 1.2, of Q2_K and Q4_K 1.02 to 1.1; on
    /// Zen 4 all were 6 to 9 % slower.
    /// </summary>
    public bool OneByOne { get; }

    /// <summary>Where the next part begins; for tests.</summary>
    public readonly byte* Part => _part;

    /// <summary>Fetches the next part, whose <paramref name="partBytes"/> are those of the constructor: here they are a constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(int partBytes)
    {
        // No loop, where the number of bytes is a constant and small.
        TIsa.Prefetch(_part, intoFirstLevel: false);
        if (partBytes > 64)
            TIsa.Prefetch(_part + 64, intoFirstLevel: false);
        if (partBytes > 128)
            TIsa.Prefetch(_part + 128, intoFirstLevel: false);
        if (partBytes > 192)
            TIsa.Prefetch(_part + 192, intoFirstLevel: false);
        for (var line = 256; line < partBytes; line += 64)
            TIsa.Prefetch(_part + line, intoFirstLevel: false);
        _part += _near;
        if ((++_index & (Streams - 1)) == 0)
            _part += _wrap;
    }
}
