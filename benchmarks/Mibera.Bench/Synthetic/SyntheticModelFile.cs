using System.Runtime.InteropServices;
using Mibera.Inference;
using Mibera.Inference.Gguf;
using Mibera.Inference.Memory;

namespace Mibera.Bench.Synthetic;

/// <summary>Writes a <see cref="SyntheticModel"/>, in constant memory.</summary>
internal sealed class SyntheticModelFile(SyntheticModel model, Action<long>? written, CancellationToken cancellationToken)
{
    private const ulong Seed = 0x6d69626572610001;

    // The version that quantized files carry; llama.cpp warns of files without it.
    private const uint QuantizationVersion = 2;

    private readonly Dictionary<GgmlType, WeightPool> _pools = [];

    /// <summary>Writes the file; when it fails or is cancelled nothing is left of it.</summary>
    /// <exception cref="ModelIOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The writing was cancelled.</exception>
    public void WriteTo(string path)
    {
        CreatePools();
        var writer = new GgufWriter();
        AddMetadata(writer);
        new SyntheticVocabulary(model.Shape.Vocabulary).AddTo(writer, model.Shape.PreTokenizer);
        long block = 0;
        foreach (var tensor in model.Tensors)
        {
            if (!tensor.IsMatrix)
            {
                writer.AddTensor(tensor.Name, tensor.Type, tensor.Dimensions, VectorData(tensor));
                continue;
            }
            var first = block;
            writer.AddTensor(tensor.Name, tensor.Type, tensor.Dimensions, stream => WriteMatrix(stream, tensor, first));
            block += tensor.Elements / tensor.Type.Block().Elements;
        }
        writer.WriteTo(path);
        LeavePageCache(path);
    }

    /// <summary>
    /// What was just written lies in Linux's page cache in small pages, what was read in huge ones, which decode up to a fifth faster. A
    /// model is written once and read often, so it is read from disk here, too.
    /// </summary>
    private static void LeavePageCache(string path)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            // Pages that are not on the disk yet would stay.
            RandomAccess.FlushToDisk(file);
            _ = NativeMethods.Advise(file, 0, 0, NativeMethods.AdviseDontNeed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(path);
            throw new ModelIOException($"{path}: the file cannot be written ({e.Message})", path, e);
        }
    }

    /// <summary>Whether the file at <paramref name="path"/> is this model already, written earlier.</summary>
    public static bool IsWritten(SyntheticModel model, string path)
    {
        if (!File.Exists(path)) return false;
        try
        {
            using var file = GgufFile.Open(path, mapped: false);
            return file.Metadata.TryGetValue("general.name", out var name) && name.Type == GgufValueType.String && name.AsString() == model.GeneralName
                && file.Tensors.Select(tensor => tensor.ToString()).SequenceEqual(model.Tensors.Select(Describe));
        }
        catch (MiberaException)
        {
            return false;
        }
    }

    private static string Describe(SyntheticTensor tensor) => $"{tensor.Name} {tensor.Type} {{{string.Join(", ", tensor.Dimensions)}}}";

    private void CreatePools()
    {
        var types = model.Tensors.Where(tensor => tensor.IsMatrix).Select(tensor => tensor.Type).Distinct().ToArray();
        var pools = new WeightPool[types.Length];
        Parallel.For(0, types.Length, new ParallelOptions { CancellationToken = cancellationToken }, i => pools[i] = WeightPool.Create(types[i], Seed));
        foreach (var pool in pools) _pools.Add(pool.Type, pool);
    }

    private void AddMetadata(GgufWriter writer)
    {
        var shape = model.Shape;
        var architecture = shape.IsPhi2 ? "phi2" : "phi3";
        writer.Add("general.architecture", GgufValue.From(architecture));
        writer.Add("general.name", GgufValue.From(model.GeneralName));
        writer.Add("general.description", GgufValue.From("Random weights, for benchmarks."));
        writer.Add("general.file_type", GgufValue.From(model.Quantization.FileType));
        writer.Add("general.quantization_version", GgufValue.From(QuantizationVersion));
        AddCount("context_length", shape.ContextLength);
        AddCount("rope.scaling.original_context_length", shape.ContextLength);
        AddCount("embedding_length", shape.Embedding);
        AddCount("feed_forward_length", shape.FeedForward);
        AddCount("block_count", shape.Layers);
        AddCount("attention.head_count", shape.Heads);
        AddCount("attention.head_count_kv", shape.KvHeads);
        AddCount("rope.dimension_count", shape.RopeDimensions);
        writer.Add($"{architecture}.rope.freq_base", GgufValue.From(shape.RopeBase));
        writer.Add($"{architecture}.attention.{(shape.IsPhi2 ? "layer_norm_epsilon" : "layer_norm_rms_epsilon")}", GgufValue.From(1e-5f));

        void AddCount(string key, int value) => writer.Add($"{architecture}.{key}", GgufValue.From((uint)value));
    }

    private static byte[] VectorData(SyntheticTensor tensor)
    {
        var values = new float[tensor.Elements];
        if (tensor.IsBias)
        {
            var random = new RandomBits(Seed);
            foreach (ref var value in values.AsSpan()) value = random.NextSingle(-WeightPool.RootMeanSquare, WeightPool.RootMeanSquare);
        }
        else
        {
            values.AsSpan().Fill(1f);
        }
        return MemoryMarshal.AsBytes<float>(values).ToArray();
    }

    private void WriteMatrix(Stream stream, SyntheticTensor tensor, long firstBlock) =>
        _pools[tensor.Type].WriteTo(stream, tensor.Bytes, firstBlock, count =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            written?.Invoke(count);
        });
}
