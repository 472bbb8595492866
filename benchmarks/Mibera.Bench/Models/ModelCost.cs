using Mibera.Inference.Gguf;

namespace Mibera.Bench.Models;

/// <summary>What a token costs by the file's own arithmetic: what must be read and multiplied, whatever the engine.</summary>
internal sealed record ModelCost
{
    private const int BytesOfHalf = 2;

    /// <summary>Weights of all tensors in the file.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes of weights that decoding one token reads.</summary>
    public required double WeightBytes { get; init; }

    /// <summary>Bytes of keys and values that one token reads for each position before it.</summary>
    public required double CacheBytesPerPosition { get; init; }

    /// <summary>Multiplications of one token with the matrices of the layers.</summary>
    public required double LayerMacs { get; init; }

    /// <summary>Multiplications of one token with the output projection, which a prompt needs only once.</summary>
    public required double OutputMacs { get; init; }

    /// <summary>Weights that decoding a token multiplies, by their type.</summary>
    public required IReadOnlyDictionary<GgmlType, double> WeightsByType { get; init; }

    /// <summary>Bytes read per decoded token, in the middle of <paramref name="generated"/> tokens after <paramref name="depth"/>.</summary>
    public double BytesPerDecodedToken(int depth, int generated) => WeightBytes + CacheBytesPerPosition * (depth + generated / 2d);

    /// <summary>Multiplications per token of a prompt.</summary>
    public double MacsPerPromptToken(int tokens) => LayerMacs + OutputMacs / tokens;

    /// <summary>Adds up the tensors of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="kvWidth">Elements of a position's keys in one layer, and of its values.</param>
    /// <param name="expertShare">Experts used per token, of all; 1 for a dense model.</param>
    public static ModelCost Of(GgufFile file, int layers, int kvWidth, double expertShare)
    {
        var tied = !file.TryGetTensor("output.weight", out _);
        double bytes = 0, layerMacs = 0, outputMacs = 0;
        var byType = new Dictionary<GgmlType, double>();
        foreach (var tensor in file.Tensors)
        {
            var isEmbedding = tensor.Name == "token_embd.weight";
            if (isEmbedding && !tied)
            {
                // A token is one row of it.
                bytes += tensor.Type.RowBytes(tensor.Dimensions[0]);
                continue;
            }
            var share = tensor.Name.Contains("_exps.", StringComparison.Ordinal) ? expertShare : 1;
            bytes += tensor.ByteSize * share;
            if (tensor.Dimensions.Length < 2) continue;
            var macs = tensor.ElementCount * share;
            byType[tensor.Type] = byType.GetValueOrDefault(tensor.Type) + macs;
            if (isEmbedding || tensor.Name == "output.weight") outputMacs += macs;
            else layerMacs += macs;
        }
        return new ModelCost
        {
            Parameters = file.Tensors.Sum(tensor => tensor.ElementCount),
            WeightBytes = bytes,
            CacheBytesPerPosition = 2d * layers * kvWidth * BytesOfHalf,
            LayerMacs = layerMacs,
            OutputMacs = outputMacs,
            WeightsByType = byType,
        };
    }
}
