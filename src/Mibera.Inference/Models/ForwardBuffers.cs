using Mibera.Inference.Kernels;
using Mibera.Inference.Memory;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Models;

/// <summary>The scratch memory of one session's forward passes.</summary>
internal sealed unsafe class ForwardBuffers : IDisposable
{
    private readonly NativeBuffer _hidden;
    private readonly NativeBuffer _qkv;
    private readonly NativeBuffer _projected;
    private readonly NativeBuffer _up;

    public ForwardBuffers(ModelConfig config, KvCache cache, WorkerPool pool, int batch, int microBatch, bool gated)
    {
        Batch = batch;
        MicroBatch = Math.Min(batch, microBatch);
        _hidden = Floats(batch, config.Embedding);
        _qkv = Floats(MicroBatch, config.QueryWidth + 2 * config.KvWidth);
        _projected = Floats(MicroBatch, config.Embedding);
        _up = Floats(MicroBatch, config.FeedForward * (gated ? 2 : 1));
        Rope = new RopeTable(batch, config.Rope.Dimensions / 2);
        Attention = new Attention(cache, config.Heads, pool);
        Normed = new Activations(MicroBatch, config.Embedding);
        Attended = new Activations(MicroBatch, config.QueryWidth);
        Activated = new Activations(MicroBatch, config.FeedForward);
        Experts = config.Experts > 0 ? new ExpertBuffers(config, MicroBatch) : null;
    }

    /// <summary>Bytes that the buffers of these measures take, for a cache of <paramref name="capacity"/> positions and this many
    /// threads.</summary>
    public static long BytesFor(ModelConfig config, int capacity, int threads, int batch, int microBatch, bool gated)
    {
        microBatch = Math.Min(batch, microBatch);
        var widths = config.QueryWidth + 2L * config.KvWidth + config.Embedding + (long)config.FeedForward * (gated ? 2 : 1);
        return sizeof(float) * ((long)batch * config.Embedding + microBatch * widths)
            + RopeTable.BytesFor(batch, config.Rope.Dimensions / 2)
            + Attention.BytesFor(capacity, config.KvHeads, config.Heads, config.HeadDimension, threads)
            + Activations.BytesFor(microBatch, config.Embedding)
            + Activations.BytesFor(microBatch, config.QueryWidth)
            + Activations.BytesFor(microBatch, config.FeedForward)
            + (config.Experts > 0 ? ExpertBuffers.BytesFor(config, microBatch) : 0);
    }

    /// <summary>Tokens that pass through one layer before the next.</summary>
    public int Batch { get; }

    /// <summary>Tokens that are multiplied at once.</summary>
    public int MicroBatch { get; }

    /// <summary>The residual stream [batch, embedding].</summary>
    public float* Hidden => (float*)_hidden.Pointer;

    /// <summary>Queries, keys and values side by side [micro-batch, query + 2 kv].</summary>
    public float* Qkv => (float*)_qkv.Pointer;

    /// <summary>What goes back to the residual stream [micro-batch, embedding].</summary>
    public float* Projected => (float*)_projected.Pointer;

    /// <summary>Gate over up, or up alone [micro-batch, 2 feed-forward or feed-forward].</summary>
    public float* Up => (float*)_up.Pointer;

    /// <summary>The rotations of the batch's positions.</summary>
    public RopeTable Rope { get; }

    public Attention Attention { get; }

    public Activations Normed { get; }

    public Activations Attended { get; }

    public Activations Activated { get; }

    public ExpertBuffers? Experts { get; }

    /// <summary>Takes the physical memory of what grows with the batch and the micro-batch.</summary>
    /// <inheritdoc cref="PhysicalMemory"/>
    public void TakeMemory(WorkerPool pool) => PhysicalMemory.Take(pool, _hidden, _qkv, _projected, _up);

    public void Dispose()
    {
        _hidden.Dispose();
        _qkv.Dispose();
        _projected.Dispose();
        _up.Dispose();
        Rope.Dispose();
        Attention.Dispose();
        Normed.Dispose();
        Attended.Dispose();
        Activated.Dispose();
        Experts?.Dispose();
    }

    private static NativeBuffer Floats(int rows, int width) => new((long)rows * width * sizeof(float));
}
