using Mibera.Inference.Gguf;

namespace Mibera.Bench.Synthetic;

/// <summary>
/// Which type each matrix of a quantized file gets: llama.cpp spends more bits where a model is sensitive. The rules are those
/// of <c>llama_tensor_get_type</c> (llama-quant.cpp, August 2026), for dense models with fused qkv.
/// </summary>
/// <remarks>
/// The I-quants are taken to be made with an importance matrix, which llama.cpp demands below 3.1 bits and which spares the
/// wider ones extra bits in <c>ffn_down</c>; the others without one.
/// </remarks>
internal static class TypeMix
{
    private static readonly HashSet<string> LowBit = ["IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M"];

    /// <summary>The type of one matrix.</summary>
    /// <param name="quantization">The file's quantization.</param>
    /// <param name="shape">The model.</param>
    /// <param name="role">What the matrix does.</param>
    /// <param name="layer">Its layer; 0 for the embedding and the output.</param>
    /// <param name="columns">Length of its rows.</param>
    public static GgmlType Choose(Quantization quantization, ModelShape shape, TensorRole role, int layer, int columns)
    {
        if (quantization.Base is GgmlType.F32 or GgmlType.F16 or GgmlType.BF16) return quantization.Base;
        var type = role switch
        {
            TensorRole.Output => Output(quantization, columns),
            TensorRole.TokenEmbedding => shape.TiedEmbedding ? Output(quantization, columns) : TokenEmbedding(quantization),
            TensorRole.AttentionQkv => Qkv(quantization, shape, layer),
            TensorRole.AttentionOutput => AttentionOutput(quantization),
            TensorRole.FeedForwardUp => Up(quantization, shape, layer),
            _ => Down(quantization, shape, layer),
        };
        return Fitting(type, columns);
    }

    private static GgmlType Output(Quantization quantization, int columns)
    {
        // In a dense model llama.cpp makes everything Q8_0 when asked for MXFP4, which it means for experts; here the
        // matrices of the layers are what was asked for, and only embedding and output are Q8_0.
        if (quantization.Base is GgmlType.Q8_0 or GgmlType.MXFP4 or GgmlType.NVFP4) return GgmlType.Q8_0;
        if (columns % quantization.Base.Block().Elements != 0) return GgmlType.Q8_0;
        return LowBit.Contains(quantization.Name) || quantization.Name == "IQ3_XXS" ? GgmlType.Q5_K : GgmlType.Q6_K;
    }

    private static GgmlType TokenEmbedding(Quantization quantization) => quantization.Name switch
    {
        "IQ1_S" or "IQ1_M" or "IQ2_XXS" or "IQ2_XS" => GgmlType.Q2_K,
        "IQ2_S" or "IQ2_M" or "IQ3_XXS" => GgmlType.IQ3_S,
        "TQ1_0" or "TQ2_0" or "Q2_0" => GgmlType.Q4_K,
        "MXFP4" or "NVFP4" => GgmlType.Q8_0,
        _ => quantization.Base,
    };

    private static GgmlType Qkv(Quantization quantization, ModelShape shape, int layer)
    {
        // Four or more heads that share keys and values make them small and dear.
        var grouped = shape.Heads / shape.KvHeads >= 4;
        return quantization.Name switch
        {
            "IQ1_S" or "IQ1_M" or "IQ2_XXS" or "IQ2_XS" => grouped ? GgmlType.Q4_K : GgmlType.Q2_K,
            "IQ2_S" or "IQ2_M" => grouped ? GgmlType.Q4_K : GgmlType.IQ3_S,
            "Q2_K" => grouped ? GgmlType.Q4_K : GgmlType.Q3_K,
            "Q2_K_S" or "IQ3_XXS" or "IQ3_XS" or "IQ3_S" when grouped => GgmlType.Q4_K,
            "IQ3_M" => GgmlType.Q4_K,
            "Q3_K_M" => layer < 2 ? GgmlType.Q5_K : GgmlType.Q4_K,
            "Q3_K_L" => GgmlType.Q5_K,
            "IQ4_NL" or "IQ4_XS" when grouped => GgmlType.Q5_K,
            "Q4_K_M" or "Q5_K_M" when DeservesMoreBits(layer, shape.Layers) => GgmlType.Q6_K,
            "Q4_K_S" when layer < 4 => GgmlType.Q5_K,
            _ => quantization.Base,
        };
    }

    private static GgmlType AttentionOutput(Quantization quantization) => quantization.Name switch
    {
        "IQ1_S" or "IQ1_M" => GgmlType.IQ2_XXS,
        "IQ2_S" or "IQ2_M" or "IQ3_XXS" => GgmlType.IQ3_S,
        "Q2_K" => GgmlType.Q3_K,
        "Q3_K_M" or "IQ3_M" => GgmlType.Q4_K,
        "Q3_K_L" => GgmlType.Q5_K,
        _ => quantization.Base,
    };

    private static GgmlType Down(Quantization quantization, ModelShape shape, int layer)
    {
        var early = layer < shape.Layers / 8;
        return quantization.Name switch
        {
            "IQ1_S" or "IQ1_M" or "IQ2_XXS" or "IQ2_XS" when early => GgmlType.Q2_K,
            "IQ2_S" or "IQ2_M" when early => GgmlType.IQ3_S,
            "Q2_K" => GgmlType.Q3_K,
            "Q2_K_S" when early => GgmlType.Q4_K,
            "Q3_K_M" => layer < shape.Layers / 16 ? GgmlType.Q5_K : GgmlType.Q4_K,
            "IQ3_M" when early => GgmlType.Q4_K,
            "Q3_K_L" => GgmlType.Q5_K,
            "Q4_K_M" or "Q5_K_M" when DeservesMoreBits(layer, shape.Layers) => GgmlType.Q6_K,
            "Q4_K_S" when early => GgmlType.Q5_K,
            _ => quantization.Base,
        };
    }

    private static GgmlType Up(Quantization quantization, ModelShape shape, int layer) =>
        quantization.Name == "IQ3_XS" && layer >= shape.Layers / 8 && layer < 7 * shape.Layers / 8
            ? GgmlType.IQ3_XXS
            : quantization.Base;

    /// <summary><c>use_more_bits</c>: the first and last eighth of the layers, and every third between.</summary>
    private static bool DeservesMoreBits(int layer, int layers) =>
        layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;

    /// <summary><c>tensor_type_fallback</c>: rows that are no multiple of the block take a similar type with blocks of 32.</summary>
    private static GgmlType Fitting(GgmlType type, int columns)
    {
        if (columns % type.Block().Elements == 0) return type;
        var smaller = type switch
        {
            GgmlType.Q2_0 or GgmlType.Q2_K or GgmlType.Q3_K or GgmlType.TQ1_0 or GgmlType.TQ2_0 or GgmlType.Q1_0 or GgmlType.NVFP4 => GgmlType.Q4_0,
            GgmlType.Q4_K => GgmlType.Q5_0,
            GgmlType.Q5_K => GgmlType.Q5_1,
            GgmlType.Q6_K => GgmlType.Q8_0,
            _ => GgmlType.IQ4_NL,
        };
        return columns % smaller.Block().Elements == 0 ? smaller : GgmlType.F16;
    }
}
