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
/// on Zen 3, four to 24, Q6_K 1.04 to 1.2, Q4_K 1.0 to 1.04. Those of AMD with AVX-512 read them in order: decoding with streams is slower
/// on Zen 5.
/// </remarks>
internal readonly unsafe struct NextTile<TIsa>
    where TIsa : struct, IIsa
{
    private const int Streams = 8;

    private readonly byte* _first;
    private readonly nint _near;
    private readonly nint _far;

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
    /// <param name="inStreams">See <see cref="InStreams"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NextTile(in WeightMatrix weights, int row, long offset, int partBytes, bool inStreams)
    {
        InStreams = inStreams;
        const int RowsOfStream = PanelLayout.TileRows / Streams;
        _first = weights.Row(row + PanelLayout.TileRows) + offset * (InStreams ? RowsOfStream : PanelLayout.TileRows);
        _near = InStreams ? RowsOfStream * (nint)weights.RowBytes : partBytes;
        _far = InStreams ? partBytes : Streams * partBytes;
    }

    /// <summary>Whether parts are those of eight streams; then they had better come one by one.</summary>
    public bool InStreams { get; }

    /// <summary>Fetches part <paramref name="index"/> of 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(nint index, int partBytes)
    {
        // No loop, where the number of bytes is a constant and small.
        var part = Part(index);
        TIsa.Prefetch(part, intoFirstLevel: false);
        if (partBytes > 64)
            TIsa.Prefetch(part + 64, intoFirstLevel: false);
        if (partBytes > 128)
            TIsa.Prefetch(part + 128, intoFirstLevel: false);
        if (partBytes > 192)
            TIsa.Prefetch(part + 192, intoFirstLevel: false);
        for (var line = 256; line < partBytes; line += 64)
            TIsa.Prefetch(part + line, intoFirstLevel: false);
    }

    /// <summary>Where part <paramref name="index"/> of 32 begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Part(nint index) => _first + (index & (Streams - 1)) * _near + (index >>> 3) * _far;
}
