using Mibera.Inference.Gguf;

namespace Mibera.Bench.Synthetic;

/// <summary>A model of real shape and random weights: what its file will hold.</summary>
internal sealed class SyntheticModel
{
    // Keys and directory without the vocabulary.
    private const long HeaderBytes = 64 << 10;

    // Text, length, type and merge of a token.
    private const long BytesPerToken = 48;

    public SyntheticModel(ModelShape shape, Quantization quantization)
    {
        (Shape, Quantization) = (shape, quantization);
        Tensors = [.. Outer(), .. Enumerable.Range(0, shape.Layers).SelectMany(Layer)];
    }

    public ModelShape Shape { get; }

    public Quantization Quantization { get; }

    public IReadOnlyList<SyntheticTensor> Tensors { get; }

    public string FileName => $"{Shape.Name}-{Quantization.Name}.gguf";

    /// <summary>What the file says it is. llama.cpp demands certain special tokens of a name with "phi3" or "phi-3" in it.</summary>
    public string GeneralName => $"Synthetic {Shape.Size} {Quantization.Name}";

    /// <summary>Bytes of the tensors together.</summary>
    public long WeightBytes => Tensors.Sum(tensor => tensor.Bytes);

    /// <summary>No less than the file will have.</summary>
    public long FileBytes => WeightBytes + Tensors.Count * (long)GgufAlignment.Default + HeaderBytes + Shape.Vocabulary * BytesPerToken;

    private GgmlType TypeOf(TensorRole role, int layer, int columns) => TypeMix.Choose(Quantization, Shape, role, layer, columns);

    private IEnumerable<SyntheticTensor> Outer()
    {
        long width = Shape.Embedding, vocabulary = Shape.Vocabulary;
        yield return new("token_embd.weight", TypeOf(TensorRole.TokenEmbedding, 0, Shape.Embedding), [width, vocabulary]);
        yield return Vector("output_norm.weight", width);
        if (Shape.IsPhi2) yield return Vector("output_norm.bias", width);
        if (Shape.TiedEmbedding) yield break;
        yield return new("output.weight", TypeOf(TensorRole.Output, 0, Shape.Embedding), [width, vocabulary]);
        if (Shape.IsPhi2) yield return Vector("output.bias", vocabulary);
    }

    private IEnumerable<SyntheticTensor> Layer(int layer)
    {
        var (width, queries) = (Shape.Embedding, Shape.Heads * Shape.HeadDimension);
        IEnumerable<SyntheticTensor> tensors =
        [
            Vector($"blk.{layer}.attn_norm.weight", width),
            new($"blk.{layer}.attn_qkv.weight", TypeOf(TensorRole.AttentionQkv, layer, width), [width, Shape.QkvRows]),
            new($"blk.{layer}.attn_output.weight", TypeOf(TensorRole.AttentionOutput, layer, queries), [queries, width]),
            new($"blk.{layer}.ffn_up.weight", TypeOf(TensorRole.FeedForwardUp, layer, width), [width, Shape.UpRows]),
            new($"blk.{layer}.ffn_down.weight", TypeOf(TensorRole.FeedForwardDown, layer, Shape.FeedForward), [Shape.FeedForward, width]),
        ];
        return Shape.IsPhi2 ? tensors.Concat(Biases(layer)) : tensors.Append(Vector($"blk.{layer}.ffn_norm.weight", width));
    }

    private IEnumerable<SyntheticTensor> Biases(int layer) =>
    [
        Vector($"blk.{layer}.attn_norm.bias", Shape.Embedding),
        Vector($"blk.{layer}.attn_qkv.bias", Shape.QkvRows),
        Vector($"blk.{layer}.attn_output.bias", Shape.Embedding),
        Vector($"blk.{layer}.ffn_up.bias", Shape.UpRows),
        Vector($"blk.{layer}.ffn_down.bias", Shape.Embedding),
    ];

    private static SyntheticTensor Vector(string name, long length) => new(name, GgmlType.F32, [length]);
}
