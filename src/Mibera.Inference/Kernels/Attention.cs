using System.Runtime.Intrinsics;
using Mibera.Inference.Memory;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Kernels;

/// <summary>
/// Causal attention with grouped query heads over a cache: output = softmax(scale * q . k) v, over the positions up to
/// each token's own and within its window. Owns the threads' scratch memory, so one loop at a time.
/// </summary>
internal sealed unsafe class Attention : IDisposable
{
    // A token of fewer takes less than 4 µs (on Zen 5, 35 a nanosecond with 512-bit vectors, 9 with less); another thread begins a
    // microsecond later, with what the first one has in its cache.
    private static readonly long MultiplyAddsWorthThreads = Vector512.IsHardwareAccelerated ? 128 * 1024 : 32 * 1024;

    private readonly KvCache _cache;
    private readonly WorkerPool _pool;
    private readonly int _sharers;
    private readonly AttentionWorker[] _workers;
    private readonly NativeBuffer? _parts;

    /// <summary>Bytes that the buffers of these measures take.</summary>
    public static long BytesFor(int capacity, int kvHeads, int heads, int headDimension, int threads) =>
        threads * AttentionWorker.BytesFor(headDimension, heads / kvHeads) + (threads > 1 ? PartBytes(capacity, heads, headDimension) : 0);

    /// <param name="cache">The keys and values to attend to.</param>
    /// <param name="heads">Query heads, a multiple of the cache's heads.</param>
    /// <param name="pool">The threads.</param>
    /// <exception cref="ArgumentException">The heads do not fit together.</exception>
    public Attention(KvCache cache, int heads, WorkerPool pool)
    {
        if (heads % cache.Heads != 0)
            throw new ArgumentException($"{heads} query heads cannot share {cache.Heads} KV heads evenly.", nameof(heads));
        _cache = cache;
        _pool = pool;
        _sharers = heads / cache.Heads;
        _workers = new AttentionWorker[pool.ThreadCount];
        for (var i = 0; i < _workers.Length; i++)
            _workers[i] = new AttentionWorker(cache, _sharers);
        if (pool.ThreadCount > 1)
            _parts = new NativeBuffer(PartBytes(cache.Capacity, heads, cache.HeadDimension));
    }

    /// <summary>
    /// Attends for every token of <paramref name="step"/>; the cache holds their keys and values already.
    /// </summary>
    public void Run(in AttentionStep step)
    {
        var blocks = (step.Tokens + _workers[0].TokensAtOnce - 1) / _workers[0].TokensAtOnce;
        var items = blocks * _cache.Heads;
        var chunks = Chunks(step);
        var alone = step.Tokens == 1 && MultiplyAdds(step) < MultiplyAddsWorthThreads;
        if (step.Tokens == 1 && !alone && chunks > 1 && _pool.ThreadCount > 1 && items < 4 * _pool.ThreadCount)
        {
            RunByChunks(step, chunks);
            return;
        }
        var body = new BlockBody { Attention = this, Step = step };
        _pool.Run(ref body, items, grain: alone ? items : 1);
    }

    public void Dispose()
    {
        foreach (var worker in _workers)
            worker.Dispose();
        _parts?.Dispose();
    }

    /// <summary>One token over few KV heads: the chunks of a head go to different threads, and are combined afterwards.</summary>
    private void RunByChunks(in AttentionStep step, int chunks)
    {
        var compute = new ChunkBody { Attention = this, Step = step, Chunks = chunks };
        _pool.Run(ref compute, _cache.Heads * chunks, grain: 1);
        var combine = new CombineBody { Attention = this, Step = step, Chunks = chunks };
        _pool.Run(ref combine, _cache.Heads, grain: 1);
    }

    // A window of the cache's length may touch two chunks more than its length fills.
    private static long PartBytes(int capacity, int heads, int headDimension) =>
        (capacity / AttentionWorker.Chunk + 2L) * heads * AttentionRow.Floats(headDimension) * sizeof(float);

    private static int Chunks(in AttentionStep step) =>
        step.First / AttentionWorker.Chunk - step.FirstSeen(step.First) / AttentionWorker.Chunk + 1;

    /// <summary>Products of the first token.</summary>
    private long MultiplyAdds(in AttentionStep step) =>
        2L * (step.First + 1 - step.FirstSeen(step.First)) * _cache.Heads * _sharers * _cache.HeadDimension;

    /// <summary>The sums of one head's sharers in one chunk.</summary>
    private float* Part(int head, int chunk, int chunks) =>
        (float*)_parts!.Pointer + ((long)head * chunks + chunk) * _sharers * AttentionRow.Floats(_cache.HeadDimension);

    /// <summary>Items are (block of tokens, KV head).</summary>
    private struct BlockBody : IParallelBody
    {
        public Attention Attention;
        public AttentionStep Step;

        public readonly void Execute(int worker, int begin, int end)
        {
            var state = Attention._workers[worker];
            for (var item = begin; item < end; item++)
            {
                var (block, head) = Math.DivRem(item, Attention._cache.Heads);
                var token = block * state.TokensAtOnce;
                state.Begin(Step, head, token, Math.Min(state.TokensAtOnce, Step.Tokens - token));
                state.AddAll();
                state.Finish(Step, token);
            }
        }
    }

    /// <summary>Items are (KV head, chunk).</summary>
    private struct ChunkBody : IParallelBody
    {
        public Attention Attention;
        public AttentionStep Step;
        public int Chunks;

        public readonly void Execute(int worker, int begin, int end)
        {
            var state = Attention._workers[worker];
            for (var item = begin; item < end; item++)
            {
                var (head, chunk) = Math.DivRem(item, Chunks);
                state.Begin(Step, head, token: 0, tokens: 1);
                state.ComputePart(state.FirstChunk + chunk, Attention.Part(head, chunk, Chunks));
            }
        }
    }

    /// <summary>Items are KV heads.</summary>
    private struct CombineBody : IParallelBody
    {
        public Attention Attention;
        public AttentionStep Step;
        public int Chunks;

        public readonly void Execute(int worker, int begin, int end)
        {
            var state = Attention._workers[worker];
            for (var head = begin; head < end; head++)
            {
                state.Begin(Step, head, token: 0, tokens: 1);
                for (var chunk = 0; chunk < Chunks; chunk++)
                    state.Combine(Attention.Part(head, chunk, Chunks));
                state.Finish(Step, token: 0);
            }
        }
    }
}
