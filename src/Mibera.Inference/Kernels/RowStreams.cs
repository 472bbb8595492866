using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

/// <summary>
/// The rows of a range in groups that are multiplied together: not adjacent ones, but one of each of as many streams, which
/// lie side by side in the range. So every lane of a kernel reads memory in order from one group to the next, which the
/// processor's own prefetchers follow; streams that end after a row they do not (measured on Zen 3 and Golden Cove, see
/// docs/performance.md).
/// </summary>
/// <param name="begin">First row of the range.</param>
/// <param name="end">Row behind the range.</param>
/// <param name="rowBytes">Bytes from one row to the next.</param>
/// <param name="streams">Rows of a group.</param>
internal struct RowStreams(int begin, int end, long rowBytes, int streams)
{
    /// <summary>
    /// How many bytes ahead of its place each stream is to be prefetched (with AVX-512: <see cref="Prefetch.StreamDistance"/>). What is
    /// on its way of eight streams, 4 KB, has room in any first-level cache. On Zen 3, where hints are spread between the rows
    /// (<see cref="FetchAhead{TIsa}"/>), K-quants are up to 1.1 times as fast with 512 as with 768, the others 1.0 to 1.04; on Golden Cove
    /// both are as fast, and farther ones slower.
    /// </summary>
    public const int PrefetchDistance = 512;

    // Streams a multiple of this apart meet in the same sets of the first-level cache.
    private const int CachePeriod = 4096;

    // Lines enough for the place of a stream and what is loaded next.
    private const int LeastGap = 256;

    private int _next = begin;
    private int _last = begin;
    private int _length;

    /// <summary>The first row that is in no group, after all groups were taken; fewer than a group are left.</summary>
    public readonly int Rest => _last;

    /// <summary>Takes the next group.</summary>
    /// <param name="row">The first of its rows.</param>
    /// <param name="rowStride">Rows from each of its rows to the next one.</param>
    /// <returns>False if fewer rows than a group are left.</returns>
    public bool TryTake(out int row, out int rowStride)
    {
        if (_next == _last)
        {
            _next += (streams - 1) * _length;
            _length = Length(end - _next, rowBytes, streams);
            _last = _next + _length;
        }
        (row, rowStride) = (_next, _length);
        if (_length == 0)
            return false;
        _next++;
        return true;
    }

    /// <summary>
    /// Fetches as many bytes as a block has, <see cref="PrefetchDistance"/> ahead of <paramref name="block"/> in its stream. To be called
    /// for row after row, between their products: hints for all eight rows at once are 16 to 32 misses, more than a core keeps on their
    /// way (on Zen 3, from memory, Q6_K is 1.2 to 1.3 times as fast one by one).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void FetchAhead<TIsa>(byte* block, int blockBytes)
        where TIsa : struct, IIsa
    {
        for (var line = 0; line < blockBytes; line += 64)
            TIsa.Prefetch(block + PrefetchDistance + line, intoFirstLevel: true);
    }

    /// <summary>Stores the products of a group of eight rows, <paramref name="rowStride"/> outputs apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Store(Vector256<float> products, float* output, nint rowStride)
    {
        for (var i = 0; i < Vector256<float>.Count; i++)
            output[i * rowStride] = products.GetElement(i);
    }

    /// <summary>Stores the first <paramref name="count"/> of eight products.</summary>
    public static unsafe void StoreFirst(Vector256<float> products, int count, float* output)
    {
        for (var i = 0; i < count; i++)
            output[i] = products.GetElement(i);
    }

    /// <summary>
    /// Rows of each stream: as many as there are, or, of eight and more, up to an eighth less where the cache prefers it; what is
    /// left are streams of its own.
    /// </summary>
    private static int Length(int rows, long rowBytes, int streams)
    {
        var longest = rows / streams;
        var (length, gap) = (longest, 0L);
        for (var candidate = longest; candidate >= longest - longest / 8 && gap < LeastGap; candidate--)
        {
            var found = Gap(candidate * rowBytes, streams);
            if (found > gap)
                (length, gap) = (candidate, found);
        }
        return length;
    }

    /// <summary>The least distance between two streams in the cache, if they are <paramref name="stride"/> bytes apart.</summary>
    private static long Gap(long stride, int streams)
    {
        long gap = CachePeriod;
        for (var i = 1; i < streams; i++)
        {
            var distance = i * stride % CachePeriod;
            gap = Math.Min(gap, Math.Min(distance, CachePeriod - distance));
        }
        return gap;
    }
}
