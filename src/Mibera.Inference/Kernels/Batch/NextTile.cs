using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// The bytes of the next tile, fetched into the second-level cache while a tile is unpacked: in 32 parts with each chunk, as many bytes
/// as that chunk of a tile has, in order and skipping no line.
/// </summary>
/// <remarks>
/// Processors of Intel read them as eight streams, each of four adjacent rows, a part at a time between stores: on Golden Cove, two
/// threads from memory, four to eight inputs of Q4_K are 1.1 to 1.15 times as fast with eight streams as with one, of Q6_K 1.02 to 1.2,
/// of the other K-quants 1.0 to 1.05; and 1.05 to 1.15 times as fast as with the parts of sixteen rows at once. Those of AMD read them in
/// order, the parts of a group of rows at once: on Zen 4 a part at a time was 6 to 9 % slower, and decoding with streams is slower on
/// Zen 5.
/// </remarks>
internal readonly unsafe struct NextTile<TIsa>
    where TIsa : struct, IIsa
{
    private const int Streams = 8;

    private readonly byte* _first;
    private readonly nint _near;
    private readonly nint _far;
    private readonly bool _inStreams;

    /// <summary>As this processor prefers it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NextTile(in WeightMatrix weights, int row, long offset, int partBytes)
        : this(weights, row, offset, partBytes, inStreams: !Cpu.IsAmd)
    {
    }

    /// <param name="weights">The matrix.</param>
    /// <param name="row">The first row of the tile that is unpacked.</param>
    /// <param name="offset">Bytes of a row before the chunk.</param>
    /// <param name="partBytes">Bytes of a row of the chunk, which may be short.</param>
    /// <param name="inStreams">Whether parts come one by one, as streams.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NextTile(in WeightMatrix weights, int row, long offset, int partBytes, bool inStreams)
    {
        _inStreams = inStreams;
        const int RowsOfStream = PanelLayout.TileRows / Streams;
        _first = weights.Row(row + PanelLayout.TileRows) + offset * (_inStreams ? RowsOfStream : PanelLayout.TileRows);
        _near = _inStreams ? RowsOfStream * (nint)weights.RowBytes : partBytes;
        _far = _inStreams ? partBytes : Streams * partBytes;
    }

    /// <summary>Fetches the parts from <paramref name="index"/> on, if not one by one.</summary>
    public void FetchParts(int index, int parts, int partBytes)
    {
        if (_inStreams)
            return;
        for (var i = index; i < index + parts; i++)
            Fetch(Part(i), partBytes);
    }

    /// <summary>Fetches part <paramref name="index"/>, if parts come one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FetchPart(nint index, int partBytes)
    {
        if (_inStreams)
            Fetch(Part(index), partBytes);
    }

    /// <summary>Where part <paramref name="index"/> of 32 begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Part(nint index) => _first + (index & (Streams - 1)) * _near + (index >>> 3) * _far;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(byte* part, int bytes)
    {
        // No loop, where the number of bytes is a constant and small.
        TIsa.Prefetch(part, intoFirstLevel: false);
        if (bytes > 64)
            TIsa.Prefetch(part + 64, intoFirstLevel: false);
        if (bytes > 128)
            TIsa.Prefetch(part + 128, intoFirstLevel: false);
        if (bytes > 192)
            TIsa.Prefetch(part + 192, intoFirstLevel: false);
        for (var line = 256; line < bytes; line += 64)
            TIsa.Prefetch(part + line, intoFirstLevel: false);
    }
}
