using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Memory;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Models;

/// <summary>All weights of a model: immutable, shared by every session.</summary>
internal sealed class TransformerWeights : IDisposable
{
    private readonly List<NativeBuffer> _floats = [];
    private readonly GgufFile _file;
    private readonly InstructionSet _set;

    public TransformerWeights(GgufFile file, ModelBinding binding, WeightStore store, InstructionSet set)
    {
        (_file, _set, Store) = (file, set, store);
        Embedding = store.Add(binding.Embedding, WeightStore.Pinned);
        EmbeddingKernel = KernelTable.Get(binding.Embedding.Type, set);
        Layers = [.. binding.Layers.Select((layer, i) => Layer(layer, i, binding.Shapes.Experts))];
        OutputSection = Layers.Count;
        OutputNorm = Load(binding.OutputNorm);
        Output = Project(binding.Output, OutputSection);
        IsGated = binding.Gated;
    }

    public WeightStore Store { get; }

    public WeightSlot Embedding { get; }

    public MatrixKernel EmbeddingKernel { get; }

    public IReadOnlyList<TransformerLayer> Layers { get; }

    public NormWeights OutputNorm { get; }

    public Projection Output { get; }

    /// <summary>The store's section of the output projection; layers have their own index.</summary>
    public int OutputSection { get; }

    public bool IsGated { get; }

    public void Dispose()
    {
        _floats.ForEach(b => b.Dispose());
        Store.Dispose();
    }

    private TransformerLayer Layer(LayerBinding layer, int section, int experts) => new()
    {
        AttentionNorm = Load(layer.AttentionNorm),
        FeedForwardNorm = layer.FeedForwardNorm is { } norm ? Load(norm) : null,
        Qkv = Project(layer.Qkv, section),
        AttentionOutput = Project(layer.AttentionOutput, section),
        Up = layer.Up is { } up ? Project(up, section) : null,
        Down = layer.Down is { } down ? Project(down, section) : null,
        Experts = layer.Experts is { } mix ? Experts(mix, section, experts) : null,
    };

    private ExpertWeights Experts(ExpertBinding binding, int section, int count)
    {
        var gate = Store.Add(binding.Gate, section);
        var up = Store.Add(binding.Up, section);
        var down = Store.Add(binding.Down, section);
        return new ExpertWeights
        {
            Router = Project(new ProjectionBinding([binding.Router], []), section),
            GateUp = [.. Enumerable.Range(0, count).Select(e => Projection.OfExpert([gate, up], e, _set))],
            Down = [.. Enumerable.Range(0, count).Select(e => Projection.OfExpert([down], e, _set))],
        };
    }

    private Projection Project(ProjectionBinding binding, int section) => Projection.Create(binding, Store, section, _set, ReadFloats);

    private NormWeights Load(NormBinding binding) => new(Native(binding.Weight), binding.Bias is { } bias ? Native(bias) : null);

    private unsafe NativeBuffer Native(GgufTensor tensor)
    {
        var values = ReadFloats(tensor);
        var buffer = new NativeBuffer((long)values.Length * sizeof(float));
        values.CopyTo(new Span<float>(buffer.Pointer, values.Length));
        _floats.Add(buffer);
        return buffer;
    }

    private unsafe float[] ReadFloats(GgufTensor tensor)
    {
        var bytes = new byte[tensor.ByteSize];
        _file.ReadTensor(tensor, bytes);
        var values = new float[tensor.ElementCount];
        fixed (byte* source = bytes)
        fixed (float* target = values)
            KernelTable.Get(tensor.Type, _set).DecodeRow(source, values.Length, target);
        return values;
    }
}
