using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels.Batch;

namespace Mibera.Inference.Models;

/// <summary>What a model takes in memory, as a function of what can be chosen. Each figure comes from the class that allocates.</summary>
internal sealed class ModelFootprint
{
    // Measured: a process of the runtime with the library's code, before any model; and what a token of the vocabulary takes in
    // metadata and tables.
    private const long ProcessBytes = 60_000_000;
    private const long TokenBytes = 250;

    private readonly ModelBinding _binding;
    private readonly int _threads;

    public ModelFootprint(ConfigProposal proposal, ModelBinding binding, bool mapped, int threads)
    {
        (Config, _binding, _threads) = (proposal.Config, binding, threads);
        LayerTensors = [.. binding.Layers.Select(l => Matrices(l).ToArray())];
        LayerBytes = [.. LayerTensors.Select(tensors => tensors.Sum(t => t.ByteSize))];
        var output = binding.Output.Weights[0];
        var embedding = binding.Embedding;
        // Of a mapped embedding only the rows of tokens that occur are touched, unless it is the output projection, too.
        OutsideBytes = output.ByteSize + (!mapped && embedding != output ? embedding.ByteSize : 0);
        UntouchedBytes = mapped && embedding != output ? embedding.ByteSize : 0;
        DefaultCacheType = CacheTypeOf(binding);
    }

    public ModelConfig Config { get; }

    /// <summary>The matrices of each layer.</summary>
    public IReadOnlyList<GgufTensor[]> LayerTensors { get; }

    /// <summary>Bytes of each layer's matrices.</summary>
    public IReadOnlyList<long> LayerBytes { get; }

    /// <summary>Bytes of the matrices outside the layers that are touched.</summary>
    public long OutsideBytes { get; }

    /// <summary>Bytes of matrices of which only a few rows are read.</summary>
    public long UntouchedBytes { get; }

    /// <summary>How keys and values are kept unless something speaks against it.</summary>
    public KvCacheType DefaultCacheType { get; }

    /// <summary>The process itself, and the vocabulary.</summary>
    public long RuntimeBytes => ProcessBytes + TokenBytes * Config.Vocabulary;

    /// <summary>A file of full precision (it is small, and meant for comparisons) must not lose it in the cache.</summary>
    public static KvCacheType CacheTypeOf(ModelBinding binding) =>
        binding.Layers.All(l => l.Qkv.Weights.All(w => w.Type == GgmlType.F32)) ? KvCacheType.F32 : KvCacheType.F16;

    /// <summary>Bytes of a session's keys and values.</summary>
    public long CacheBytes(MemoryChoice choice) => Sequence.CacheBytes(Config, choice.Context, choice.MicroBatch, choice.KeyType, choice.ValueType);

    /// <summary>Bytes of a session's working memory, and of the threads'.</summary>
    public long ScratchBytes(MemoryChoice choice) =>
        Sequence.ScratchBytes(Config, choice.Context, choice.Batch, choice.MicroBatch, _threads, _binding.Gated) + (long)_threads * BatchScratch.TotalBytes;

    private static IEnumerable<GgufTensor> Matrices(LayerBinding layer)
    {
        foreach (var projection in (ProjectionBinding?[])[layer.Qkv, layer.AttentionOutput, layer.Up, layer.Down])
        {
            foreach (var weight in projection?.Weights ?? [])
                yield return weight;
        }
        if (layer.Experts is { } experts)
        {
            foreach (var tensor in (GgufTensor[])[experts.Router, experts.Gate, experts.Up, experts.Down])
                yield return tensor;
        }
    }
}
