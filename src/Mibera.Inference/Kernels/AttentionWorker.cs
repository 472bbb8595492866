using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Mibera.Inference.Memory;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Kernels;

/// <summary>
/// One thread's part of attention: the queries of some consecutive tokens that share a KV head, walked over the cache
/// chunk by chunk. A chunk is 256 positions at a multiple of 256; its sums depend on the query and its own positions
/// only, and they are combined in ascending order. So the result is the same for any batch split and any thread.
/// </summary>
internal sealed unsafe class AttentionWorker : IDisposable
{
    /// <summary>Positions whose scores share one maximum.</summary>
    public const int Chunk = 256;

    /// <summary>From this many query rows on, a group is expanded to floats once instead of converted for every 4 rows.</summary>
    private const int RowsWorthExpanding = 8;

    private readonly KvCache _cache;
    private readonly int _sharers;
    private readonly int _headDimension;
    private readonly int _rowFloats;
    private readonly NativeBuffer _queries;
    private readonly NativeBuffer _scores;
    private readonly NativeBuffer _parts;
    private readonly NativeBuffer _sums;
    private readonly NativeBuffer _expanded;
    private readonly int[] _begin;
    private readonly int[] _end;
    private int _layer;
    private int _head;
    private int _count;
    private int _rows;

    /// <summary>Bytes that the buffers of these measures take.</summary>
    public static long BytesFor(int headDimension, int sharers)
    {
        var padded = KvKernel.PaddedDimension(headDimension);
        var rows = RoundUp(Math.Max(1, 64 / sharers) * sharers);
        return sizeof(float) * ((long)rows * (padded + Chunk + 2 * AttentionRow.Floats(headDimension)) + KvKernel.Group * padded);
    }

    /// <param name="cache">Keys and values.</param>
    /// <param name="sharers">Query heads that share a KV head.</param>
    public AttentionWorker(KvCache cache, int sharers)
    {
        _cache = cache;
        _sharers = sharers;
        _headDimension = cache.HeadDimension;
        _rowFloats = AttentionRow.Floats(_headDimension);
        TokensAtOnce = Math.Max(1, 64 / sharers);
        var rows = RoundUp(TokensAtOnce * sharers);
        var padded = KvKernel.PaddedDimension(_headDimension);
        _queries = new NativeBuffer((long)rows * padded * sizeof(float));
        _scores = new NativeBuffer((long)rows * Chunk * sizeof(float));
        _parts = new NativeBuffer((long)rows * _rowFloats * sizeof(float));
        _sums = new NativeBuffer((long)rows * _rowFloats * sizeof(float));
        _expanded = new NativeBuffer((long)KvKernel.Group * padded * sizeof(float));
        _begin = new int[rows];
        _end = new int[rows];
    }

    /// <summary>The most tokens of one <see cref="Begin"/>: more of them share a reading of the cache, fewer stay in L2.</summary>
    public int TokensAtOnce { get; }

    /// <summary>The first chunk that a query sees.</summary>
    public int FirstChunk => _begin[0] / Chunk;

    /// <summary>The last chunk that a query sees.</summary>
    public int LastChunk => (_end[_count - 1] - 1) / Chunk;

    /// <summary>Loads the queries of the batch's tokens [<paramref name="token"/>, token + <paramref name="tokens"/>) that
    /// read KV head <paramref name="head"/>, and forgets all sums.</summary>
    public void Begin(in AttentionStep step, int head, int token, int tokens)
    {
        (_layer, _head, _count) = (step.Layer, head, tokens * _sharers);
        _rows = _count == 1 ? 1 : RoundUp(_count);
        var padded = KvKernel.PaddedDimension(_headDimension);
        var queries = (float*)_queries.Pointer;
        for (var row = 0; row < _rows; row++)
        {
            // Rows that only fill up the last four repeat the last query; their sums are not used.
            var (t, sharer) = Math.DivRem(Math.Min(row, _count - 1), _sharers);
            var position = step.First + token + t;
            (_begin[row], _end[row]) = (step.FirstSeen(position), position + 1);
            var source = step.Queries + (token + t) * step.QueryStride + (head * _sharers + sharer) * _headDimension;
            TensorPrimitives.Multiply(
                new ReadOnlySpan<float>(source, _headDimension), step.Scale, new Span<float>(queries + row * padded, _headDimension));
            Row(_sums, row)[1] = 0f;
        }
    }

    /// <summary>Adds all chunks that the queries see.</summary>
    public void AddAll()
    {
        for (var chunk = FirstChunk; chunk <= LastChunk; chunk++)
        {
            Compute(chunk);
            Combine((float*)_parts.Pointer);
        }
    }

    /// <summary>Adds the sums of one chunk; chunks come in ascending order.</summary>
    public void Combine(float* parts)
    {
        for (var row = 0; row < _count; row++)
            AttentionRow.Combine(Row(_sums, row), parts + row * _rowFloats, _headDimension);
    }

    /// <summary>Writes the weighted means of the values to the output.</summary>
    public void Finish(in AttentionStep step, int token)
    {
        for (var row = 0; row < _count; row++)
        {
            var (t, sharer) = Math.DivRem(row, _sharers);
            var target = step.Output + (token + t) * step.OutputStride + (_head * _sharers + sharer) * _headDimension;
            AttentionRow.Finish(Row(_sums, row), _headDimension, target);
        }
    }

    /// <summary>Computes one chunk's sums for later combination: rows [sharers], <see cref="AttentionRow.Floats"/> each.</summary>
    public void ComputePart(int chunk, float* target)
    {
        Compute(chunk);
        var floats = _count * _rowFloats;
        new ReadOnlySpan<float>(_parts.Pointer, floats).CopyTo(new Span<float>(target, floats));
    }

    public void Dispose()
    {
        foreach (var buffer in (ReadOnlySpan<NativeBuffer>)[_queries, _scores, _parts, _sums, _expanded])
            buffer.Dispose();
    }

    private static int RoundUp(int rows) => (rows + KvKernel.Queries - 1) / KvKernel.Queries * KvKernel.Queries;

    private float* Row(NativeBuffer rows, int row) => (float*)rows.Pointer + row * _rowFloats;

    private byte* Keys(int group) => _cache.KeyGroup(_layer, _head, group);

    private byte* Values(int group) => _cache.ValueGroup(_layer, _head, group);

    private void Compute(int chunk)
    {
        var first = chunk * Chunk;
        var firstGroup = Math.Max(first, _begin[0]) / KvKernel.Group;
        var lastGroup = (Math.Min(first + Chunk, _end[_rows - 1]) - 1) / KvKernel.Group;
        for (var group = firstGroup; group <= lastGroup; group++)
            Score(group, first, group < lastGroup ? Keys(group + 1) : Values(firstGroup));
        // Rows that only fill up the last four keep whatever they have.
        for (var row = 0; row < _count; row++)
            Weigh(row, first);
        for (var group = firstGroup; group <= lastGroup; group++)
            AddValues(group, first, group < lastGroup ? Values(group + 1) : Keys(lastGroup + 1));
    }

    /// <summary>Scores of all queries with a group's keys. What a query does not see is scored too where that is cheaper, and
    /// ignored by <see cref="Weigh"/>.</summary>
    private void Score(int group, int chunkFirst, byte* ahead)
    {
        var kernel = _cache.Keys;
        var keys = Keys(group);
        var padded = KvKernel.PaddedDimension(_headDimension);
        if (_rows >= RowsWorthExpanding)
        {
            kernel.ExpandKeys(keys, _headDimension, (float*)_expanded.Pointer);
            kernel = KvKernel.Expanded;
            keys = (byte*)_expanded.Pointer;
        }
        var groupFirst = group * KvKernel.Group;
        var queries = (float*)_queries.Pointer;
        var scores = (float*)_scores.Pointer + (groupFirst - chunkFirst);
        if (_rows == 1)
        {
            kernel.Score1(keys, queries, _headDimension, scores, ahead);
            return;
        }
        for (var row = 0; row < _rows; row += KvKernel.Queries)
        {
            if (_end[row + KvKernel.Queries - 1] > groupFirst && _begin[row] < groupFirst + KvKernel.Group)
                kernel.Score4(keys, queries + row * padded, _headDimension, scores + row * Chunk, Chunk, ahead);
        }
    }

    /// <summary>Turns a row of scores into exp(score - largest), and clears the row's sums of values.</summary>
    private void Weigh(int row, int chunkFirst)
    {
        var scores = (float*)_scores.Pointer + row * Chunk;
        var begin = Math.Max(0, _begin[row] - chunkFirst);
        var end = Math.Min(Chunk, _end[row] - chunkFirst);
        var part = Row(_parts, row);
        new Span<float>(part, _rowFloats).Clear();
        if (begin >= end)
            return;
        var from = begin & -Lanes.Count;
        var largest = Vector512.Create(float.NegativeInfinity);
        for (var i = from; i < end; i += Lanes.Count)
        {
            var score = Vector512.Load(scores + i);
            if (i < begin || i + Lanes.Count > end)
            {
                // -infinity where the query does not look: such positions weigh exp(-infinity) = 0.
                var index = Vector512<int>.Indices + Vector512.Create(i);
                var seen = Vector512.GreaterThanOrEqual(index, Vector512.Create(begin)) & Vector512.LessThan(index, Vector512.Create(end));
                score = Vector512.ConditionalSelect(seen.AsSingle(), score, Vector512.Create(float.NegativeInfinity));
                score.Store(scores + i);
            }
            largest = Lanes.Greater(score, largest);
        }
        part[0] = Lanes.Max(largest);
        var sum = Vector512<float>.Zero;
        for (var i = from; i < end; i += Lanes.Count)
        {
            var weight = PortableMath.Exp(Vector512.Load(scores + i) - Vector512.Create(part[0]));
            weight.Store(scores + i);
            sum += weight;
        }
        part[1] = Lanes.Sum(sum);
    }

    private void AddValues(int group, int chunkFirst, byte* ahead)
    {
        var kernel = _cache.Values;
        var values = Values(group);
        if (_rows >= RowsWorthExpanding)
        {
            kernel.ExpandValues(values, _headDimension, (float*)_expanded.Pointer);
            kernel = KvKernel.Expanded;
            values = (byte*)_expanded.Pointer;
        }
        var groupFirst = group * KvKernel.Group;
        for (var row = 0; row < _rows; row += KvKernel.Queries)
            AddValues(kernel, values, row, groupFirst, (float*)_scores.Pointer + (groupFirst - chunkFirst), ahead);
    }

    /// <summary>Four rows at once where all see the same positions of the group, else one by one.</summary>
    private void AddValues(KvKernel kernel, byte* values, int row, int groupFirst, float* weights, byte* ahead)
    {
        var rows = Math.Min(KvKernel.Queries, _rows);
        if (rows > 1 && Slots(row, groupFirst) == Slots(row + rows - 1, groupFirst))
        {
            var (begin, end) = Slots(row, groupFirst);
            if (begin < end)
            {
                kernel.AddValues4(
                    values, weights + row * Chunk, Chunk, begin, end, _headDimension, Row(_parts, row) + AttentionRow.Header, _rowFloats, ahead);
            }
            return;
        }
        for (var i = row; i < row + rows; i++)
        {
            var (begin, end) = Slots(i, groupFirst);
            if (begin < end)
                kernel.AddValues1(values, weights + i * Chunk, begin, end, _headDimension, Row(_parts, i) + AttentionRow.Header, ahead);
        }
    }

    /// <summary>The slots of a group that a row's query sees. They grow with the row at both ends.</summary>
    private (int Begin, int End) Slots(int row, int groupFirst) =>
        (Math.Clamp(_begin[row] - groupFirst, 0, KvKernel.Group), Math.Clamp(_end[row] - groupFirst, 0, KvKernel.Group));
}
