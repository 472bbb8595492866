using BenchmarkDotNet.Attributes;
using Mibera.Bench.Synthetic;
using Mibera.Inference.Kernels;
using Mibera.Inference.Memory;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Benchmarks;

/// <summary>Attention of one layer in the shape of Phi-4: 40 query heads, 10 of keys and values, 128 elements; one thread.</summary>
public unsafe class AttentionBenchmarks
{
    private const int Heads = 40;
    private const int KvHeads = 10;
    private const int HeadDimension = 128;
    private const int Batch = 64;

    private KvCache? _cache;
    private Attention? _attention;
    private NativeBuffer? _queries;
    private NativeBuffer? _output;

    /// <summary>Positions in the cache, the last ones being attended from.</summary>
    [Params(512, 4096)]
    public int Positions { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _cache = new KvCache(layers: 1, KvHeads, HeadDimension, Positions);
        using var keys = RandomRows(Positions, KvHeads);
        _cache.Write(0, 0, Positions, (float*)keys.Pointer, (float*)keys.Pointer, KvHeads * HeadDimension, WorkerPool.Inline);
        _cache.Commit(Positions);
        _attention = new Attention(_cache, Heads, WorkerPool.Inline);
        _queries = RandomRows(Batch, Heads);
        _output = RandomRows(Batch, Heads);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _attention?.Dispose();
        _cache?.Dispose();
        _queries?.Dispose();
        _output?.Dispose();
    }

    /// <summary>One token.</summary>
    [Benchmark]
    public void Decode() => Run(1);

    /// <summary>The last 64 tokens of a prompt.</summary>
    [Benchmark]
    public void Prefill() => Run(Batch);

    private void Run(int tokens) => _attention!.Run(new AttentionStep
    {
        Layer = 0,
        First = Positions - tokens,
        Tokens = tokens,
        Queries = (float*)_queries!.Pointer,
        QueryStride = Heads * HeadDimension,
        Output = (float*)_output!.Pointer,
        OutputStride = Heads * HeadDimension,
        Scale = 1 / MathF.Sqrt(HeadDimension),
    });

    private static NativeBuffer RandomRows(int rows, int heads)
    {
        var count = rows * heads * HeadDimension;
        var buffer = new NativeBuffer((long)count * sizeof(float));
        var random = new RandomBits(1);
        foreach (ref var value in new Span<float>(buffer.Pointer, count)) value = random.NextSingle(-1f, 1f);
        return buffer;
    }
}
