using System.Numerics.Tensors;
using Mibera.Inference.Kernels;
using Mibera.Inference.Memory;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Models;

/// <summary>
/// The network: token ids in, logits out. Layers are the outer loop and micro-batches the inner one, so that each layer's
/// weights are leased once for a whole batch. Stateless: every call brings its own cache and buffers.
/// </summary>
internal sealed unsafe class Transformer(ModelConfig config, TransformerWeights weights, WorkerPool pool)
{
    private readonly ExpertMixer _mixer = new(config, pool);

    public ModelConfig Config => config;

    public WorkerPool Pool => pool;

    /// <summary>Scratch memory for a sequence that is kept in <paramref name="cache"/>.</summary>
    public ForwardBuffers CreateBuffers(KvCache cache, int batch, int microBatch) =>
        new(config, cache, pool, batch, microBatch, weights.IsGated);

    /// <summary>
    /// Runs <paramref name="tokens"/> (at most the buffers' batch) at positions <paramref name="position"/> and up. Their
    /// keys and values are in the cache afterwards, their final hidden states in <see cref="ForwardBuffers.Hidden"/>.
    /// </summary>
    public void Forward(
        ReadOnlySpan<int> tokens, int position, KvCache cache, RopeFrequencies rope, ForwardBuffers buffers, CancellationToken cancellationToken)
    {
        Embed(tokens, buffers);
        buffers.Rope.Fill(rope, position, tokens.Length);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            using var lease = weights.Store.Lease(layer, cancellationToken);
            for (var first = 0; first < tokens.Length; first += buffers.MicroBatch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var step = new Step(layer, lease, first, Math.Min(buffers.MicroBatch, tokens.Length - first), position + first);
                RunLayer(step, cache, buffers);
            }
        }
        cache.Commit(position + tokens.Length);
    }

    /// <summary>Logits [count, vocabulary] of the batch's tokens <paramref name="first"/> and up; at most a micro-batch.</summary>
    public void Logits(int first, int count, ForwardBuffers buffers, float* logits, CancellationToken cancellationToken)
    {
        using var lease = weights.Store.Lease(weights.OutputSection, cancellationToken);
        Finish(first, count, buffers);
        weights.Output.Apply(lease, buffers.Normed, logits, pool);
    }

    /// <summary>Leaves the final normed hidden states [count, embedding] of the batch's tokens <paramref name="first"/> and up in
    /// <see cref="ForwardBuffers.Normed"/>; at most a micro-batch.</summary>
    public void Finish(int first, int count, ForwardBuffers buffers) =>
        Normalize(weights.OutputNorm, buffers.Hidden + (long)first * config.Embedding, count, buffers.Normed);

    private void Embed(ReadOnlySpan<int> tokens, ForwardBuffers buffers)
    {
        using var lease = weights.Store.Lease(WeightStore.Pinned);
        var table = new WeightMatrix(weights.Embedding.Tensor.Type, lease.Address(weights.Embedding), config.Vocabulary, config.Embedding);
        for (var t = 0; t < tokens.Length; t++)
            weights.EmbeddingKernel.DecodeRow(table.Row(tokens[t]), config.Embedding, buffers.Hidden + (long)t * config.Embedding);
    }

    private void RunLayer(Step step, KvCache cache, ForwardBuffers buffers)
    {
        var layer = weights.Layers[step.Layer];
        var hidden = buffers.Hidden + (long)step.First * config.Embedding;

        Normalize(layer.AttentionNorm, hidden, step.Count, buffers.Normed);
        Attend(layer, step, cache, buffers);
        AddToResidual(step, buffers);
        // Without a norm of its own the feed-forward reads what attention read: Normed is still that.
        if (layer.FeedForwardNorm is { } norm)
            Normalize(norm, hidden, step.Count, buffers.Normed);
        FeedForwardInto(layer, step, buffers, buffers.Projected);
        AddToResidual(step, buffers);
    }

    private void Attend(TransformerLayer layer, Step step, KvCache cache, ForwardBuffers buffers)
    {
        layer.Qkv.Apply(step.Lease, buffers.Normed, buffers.Qkv, pool);
        var width = layer.Qkv.Outputs;
        var keys = buffers.Qkv + config.QueryWidth;
        for (var t = 0; t < step.Count; t++)
        {
            // Query heads and key heads lie side by side and turn alike.
            buffers.Rope.Apply(step.First + t, buffers.Qkv + (long)t * width, config.Heads + config.KvHeads, config.HeadDimension);
        }
        cache.Write(step.Layer, step.Position, step.Count, keys, keys + config.KvWidth, width, pool);
        buffers.Attended.Reset(step.Count);
        buffers.Attention.Run(new AttentionStep
        {
            Layer = step.Layer,
            First = step.Position,
            Tokens = step.Count,
            Queries = buffers.Qkv,
            QueryStride = width,
            Output = buffers.Attended.Data,
            OutputStride = config.QueryWidth,
            Scale = 1f / float.Sqrt(config.HeadDimension),
            Window = config.SlidingWindow,
        });
        layer.AttentionOutput.Apply(step.Lease, buffers.Attended, buffers.Projected, pool);
    }

    private void FeedForwardInto(TransformerLayer layer, Step step, ForwardBuffers buffers, float* output)
    {
        if (layer.Experts is { } experts)
        {
            _mixer.Apply(experts, step.Lease, buffers.Normed, buffers, output);
            return;
        }
        layer.Up!.Apply(step.Lease, buffers.Normed, buffers.Up, pool);
        buffers.Activated.Reset(step.Count);
        FeedForward.Activate(buffers.Up, weights.IsGated, buffers.Activated, pool);
        layer.Down!.Apply(step.Lease, buffers.Activated, output, pool);
    }

    private void Normalize(NormWeights norm, float* rows, int count, Activations output) =>
        norm.Apply(config.Norm, config.NormEpsilon, rows, count, output, pool);

    private void AddToResidual(Step step, ForwardBuffers buffers)
    {
        var hidden = buffers.Hidden + (long)step.First * config.Embedding;
        var count = step.Count * config.Embedding;
        TensorPrimitives.Add(new ReadOnlySpan<float>(hidden, count), new ReadOnlySpan<float>(buffers.Projected, count), new Span<float>(hidden, count));
    }

    /// <summary>One micro-batch in one layer.</summary>
    private readonly record struct Step(int Layer, WeightLease Lease, int First, int Count, int Position);
}
