using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;
using Mibera.Inference.Tests.Kernels;

namespace Mibera.Inference.Tests.Models;

/// <summary>
/// A model of two layers, 64 wide, with random weights and the 256 bytes for a vocabulary: small enough to be written and
/// loaded for every case. Keys and tensors can be changed before it is written.
/// </summary>
internal sealed class TinyModel
{
    public const int Layers = 2, Width = 64, Heads = 4, KvHeads = 2, HeadDimension = 16, FeedForward = 96, Experts = 4;

    public const int QkvRows = (Heads + 2 * KvHeads) * HeadDimension;

    /// <summary>The bytes and the end-of-text token.</summary>
    public const int Vocabulary = 257;

    public const int EndOfText = 256;

    private readonly TestRandom _random = new(1);

    private TinyModel(string architecture)
    {
        Architecture = architecture;
        foreach (var (key, value) in TinyVocabulary.Keys)
            Keys[key] = value;
        Keys["general.architecture"] = GgufValue.From(architecture);
        Set("context_length", GgufValue.From(512u));
        Set("embedding_length", GgufValue.From((uint)Width));
        Set("block_count", GgufValue.From((uint)Layers));
        Set("feed_forward_length", GgufValue.From((uint)FeedForward));
        Set("attention.head_count", GgufValue.From((uint)Heads));
        Set("attention.head_count_kv", GgufValue.From((uint)KvHeads));
        Set("rope.dimension_count", GgufValue.From((uint)HeadDimension));
        Set("rope.freq_base", GgufValue.From(10000f));
        Matrix("token_embd.weight", Width, Vocabulary);
        Matrix("output.weight", Width, Vocabulary);
        Norm("output_norm.weight");
    }

    public string Architecture { get; }

    public Dictionary<string, GgufValue> Keys { get; } = [];

    public Dictionary<string, TinyTensor> Tensors { get; } = [];

    /// <summary>Phi-2 as it is converted: LayerNorm, parallel residual, fused qkv, GELU, a bias on everything.</summary>
    public static TinyModel Phi2()
    {
        var model = new TinyModel("phi2");
        model.Set("attention.layer_norm_epsilon", GgufValue.From(1e-5f));
        foreach (var layer in model.EachLayer())
        {
            model.Norm(layer + "attn_norm.weight");
            model.Matrix(layer + "attn_qkv.weight", Width, QkvRows);
            model.Matrix(layer + "attn_output.weight", Width, Width);
            model.Matrix(layer + "ffn_up.weight", Width, FeedForward);
            model.Matrix(layer + "ffn_down.weight", FeedForward, Width);
        }
        foreach (var (name, tensor) in model.Tensors.Where(t => t.Key != "token_embd.weight").ToArray())
            model.Vector(name.Replace(".weight", ".bias", StringComparison.Ordinal), (int)tensor.Dimensions[^1]);
        return model;
    }

    /// <summary>Phi-3 as it is converted: RMSNorm, fused qkv, fused gate over up, no bias.</summary>
    public static TinyModel Phi3()
    {
        var model = new TinyModel("phi3");
        model.Set("attention.layer_norm_rms_epsilon", GgufValue.From(1e-5f));
        foreach (var layer in model.EachLayer())
        {
            model.Norm(layer + "attn_norm.weight");
            model.Matrix(layer + "attn_qkv.weight", Width, QkvRows);
            model.Matrix(layer + "attn_output.weight", Width, Width);
            model.Norm(layer + "ffn_norm.weight");
            model.Matrix(layer + "ffn_up.weight", Width, 2 * FeedForward);
            model.Matrix(layer + "ffn_down.weight", FeedForward, Width);
        }
        return model;
    }

    /// <summary>Phi-3.5-MoE as it is converted: split projections with biases, experts, norm biases.</summary>
    public static TinyModel PhiMoe()
    {
        var model = new TinyModel("phimoe");
        model.Set("attention.layer_norm_rms_epsilon", GgufValue.From(1e-5f));
        model.Set("expert_count", GgufValue.From((uint)Experts));
        model.Set("expert_used_count", GgufValue.From(2u));
        foreach (var layer in model.EachLayer())
        {
            foreach (var norm in new[] { "attn_norm", "ffn_norm" })
            {
                model.Norm($"{layer}{norm}.weight");
                model.Vector($"{layer}{norm}.bias", Width);
            }
            foreach (var (part, rows) in new[] { ("q", Width), ("k", KvHeads * HeadDimension), ("v", KvHeads * HeadDimension), ("output", Width) })
            {
                model.Matrix($"{layer}attn_{part}.weight", Width, rows);
                model.Vector($"{layer}attn_{part}.bias", rows);
            }
            model.Matrix(layer + "ffn_gate_inp.weight", Width, Experts);
            model.Matrix(layer + "ffn_gate_exps.weight", Width, FeedForward, Experts);
            model.Matrix(layer + "ffn_up_exps.weight", Width, FeedForward, Experts);
            model.Matrix(layer + "ffn_down_exps.weight", FeedForward, Width, Experts);
        }
        model.Vector("output_norm.bias", Width);
        model.Vector("output.bias", Vocabulary);
        return model;
    }

    /// <summary>
    /// A model that says the same thing whatever came before: after each byte of <paramref name="text"/> the next one, at
    /// the end the end of text. (Every byte may occur once.) Its layers add nothing, and the output row of a token is the
    /// embedding of the one before it.
    /// </summary>
    public static TinyModel Saying(ReadOnlySpan<byte> text)
    {
        var model = Phi3();
        foreach (var tensor in model.Tensors.Where(t => t.Key.StartsWith("blk.", StringComparison.Ordinal) && !t.Key.Contains("norm", StringComparison.Ordinal)))
            tensor.Value.Values.AsSpan().Clear();
        var (embedding, output) = (model.Tensors["token_embd.weight"].Values, model.Tensors["output.weight"].Values);
        model.Tensors["output_norm.weight"].Values.AsSpan().Fill(1f);
        output.AsSpan().Clear();
        for (var i = 0; i < text.Length; i++)
        {
            var next = i + 1 < text.Length ? TinyVocabulary.IdOf(text[i + 1]) : EndOfText;
            embedding.AsSpan(TinyVocabulary.IdOf(text[i]) * Width, Width).CopyTo(output.AsSpan(next * Width));
        }
        return model;
    }

    /// <summary>Sets a key of the architecture: block_count is phi3.block_count, say.</summary>
    public TinyModel Set(string key, GgufValue value)
    {
        Keys[$"{Architecture}.{key}"] = value;
        return this;
    }

    public TinyModel Without(params IEnumerable<string> tensors)
    {
        foreach (var name in tensors)
            Assert.True(Tensors.Remove(name), $"the model has no {name}");
        return this;
    }

    /// <summary>Cuts a tensor's rows into several tensors, in place of it.</summary>
    public TinyModel Split(string name, params ReadOnlySpan<(string Name, int Rows)> parts)
    {
        Assert.True(Tensors.Remove(name, out var whole), $"the model has no {name}");
        var (width, first) = (whole.Values.Length / (int)whole.Dimensions[^1], 0);
        foreach (var (part, rows) in parts)
        {
            Tensors[part] = new TinyTensor([.. whole.Dimensions[..^1], rows], whole.Values.AsSpan(first * width, rows * width).ToArray());
            first += rows;
        }
        return this;
    }

    public IEnumerable<string> EachLayer() => Enumerable.Range(0, Layers).Select(i => $"blk.{i}.");

    public string Write(string folder, string name = "tiny.gguf")
    {
        var writer = new GgufWriter();
        foreach (var (key, value) in Keys)
            writer.Add(key, value);
        foreach (var (tensor, data) in Tensors)
            writer.AddTensor(tensor, data.Type, data.Dimensions, data.Bytes);
        var path = Path.Combine(folder, name);
        writer.WriteTo(path);
        return path;
    }

    private void Matrix(string name, params long[] dimensions)
    {
        // Activations keep their size.
        var scale = 1f / float.Sqrt(dimensions[0]);
        Tensors[name] = new TinyTensor(dimensions, Random(dimensions.Aggregate(1L, (a, b) => a * b), scale, 0f));
    }

    private void Norm(string name) => Tensors[name] = new TinyTensor([Width], Random(Width, 0.1f, 1f));

    private void Vector(string name, int length) => Tensors[name] = new TinyTensor([length], Random(length, 0.2f, 0f));

    private float[] Random(long count, float scale, float mean) => [.. Enumerable.Range(0, (int)count).Select(_ => mean + scale * _random.NextGaussian())];
}

/// <summary>A tensor of a <see cref="TinyModel"/>: floats, or raw bytes of another type.</summary>
internal sealed record TinyTensor(long[] Dimensions, float[] Values, GgmlType Type = GgmlType.F32, byte[]? Raw = null)
{
    public byte[] Bytes => Raw ?? MemoryMarshal.AsBytes(Values.AsSpan()).ToArray();

    /// <summary>The same tensor in another type, made of blocks that are all alike.</summary>
    public TinyTensor AsBlocks(GgmlType type, byte[] block)
    {
        var bytes = type.RowBytes((int)Dimensions[0]) * (Values.Length / Dimensions[0]);
        var raw = new byte[bytes];
        for (var i = 0; i < raw.Length; i++)
            raw[i] = block[i % block.Length];
        return this with { Type = type, Raw = raw };
    }
}
