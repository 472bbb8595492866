using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// The bytes of the next tile, fetched into the second-level cache while a tile is unpacked: in 32 parts with each chunk, as many bytes
/// as that chunk of a tile has, in order and skipping no line. Processors of Intel read them as eight streams, each of four adjacent
/// rows: on Golden Cove, two threads from memory, four to eight inputs of Q4_K are 1.1 to 1.15 times as fast as with one stream, of
/// Q6_K 1.02 to 1.2, of the other K-quants 1.0 to 1.05. Decoding on Zen 5 is slower with streams.
/// </summary>
internal readonly unsafe struct NextTile
{
    private const int Streams = 8;

    private static readonly bool InStreams = !Cpu.IsAmd;

    private readonly byte* _first;
    private readonly nint _near;
    private readonly nint _far;

    /// <param name="weights">The matrix.</param>
    /// <param name="row">The first row of the tile that is unpacked.</param>
    /// <param name="chunk">Its chunk.</param>
    /// <param name="partBytes">Bytes of a row of a chunk.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NextTile(in WeightMatrix weights, int row, int chunk, int partBytes)
    {
        const int RowsOfStream = PanelLayout.TileRows / Streams;
        _first = weights.Row(row + PanelLayout.TileRows) + (long)chunk * (InStreams ? RowsOfStream : PanelLayout.TileRows) * partBytes;
        _near = InStreams ? RowsOfStream * (nint)weights.RowBytes : partBytes;
        _far = InStreams ? partBytes : Streams * partBytes;
    }

    /// <summary>Part <paramref name="index"/> of 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Part(nint index) => _first + (index & (Streams - 1)) * _near + (index >>> 3) * _far;
}
