namespace Mibera.Inference.Gguf;

/// <summary>
/// Element types of GGUF tensors, by the numbers that files carry. Source: the GGUF specification and
/// <c>enum ggml_type</c> of ggml; the gaps (4, 5, 31 to 33, 36 to 38) are types that were removed.
/// </summary>
public enum GgmlType
{
    /// <summary>32-bit IEEE float.</summary>
    F32 = 0,
    /// <summary>16-bit IEEE float.</summary>
    F16 = 1,
    /// <summary>4-bit, blocks of 32, one scale.</summary>
    Q4_0 = 2,
    /// <summary>4-bit, blocks of 32, scale and minimum.</summary>
    Q4_1 = 3,
    /// <summary>5-bit, blocks of 32, one scale.</summary>
    Q5_0 = 6,
    /// <summary>5-bit, blocks of 32, scale and minimum.</summary>
    Q5_1 = 7,
    /// <summary>8-bit, blocks of 32, one scale.</summary>
    Q8_0 = 8,
    /// <summary>8-bit activations with a sum; never stored as a weight.</summary>
    Q8_1 = 9,
    /// <summary>2-bit super-blocks of 256.</summary>
    Q2_K = 10,
    /// <summary>3-bit super-blocks of 256.</summary>
    Q3_K = 11,
    /// <summary>4-bit super-blocks of 256.</summary>
    Q4_K = 12,
    /// <summary>5-bit super-blocks of 256.</summary>
    Q5_K = 13,
    /// <summary>6-bit super-blocks of 256.</summary>
    Q6_K = 14,
    /// <summary>8-bit activations in blocks of 256; never stored as a weight.</summary>
    Q8_K = 15,
    /// <summary>2.06 bits per weight, grid of 256 entries.</summary>
    IQ2_XXS = 16,
    /// <summary>2.31 bits per weight, grid of 512 entries.</summary>
    IQ2_XS = 17,
    /// <summary>3.06 bits per weight, grid of 256 entries.</summary>
    IQ3_XXS = 18,
    /// <summary>1.56 bits per weight, ternary grid of 2048 entries.</summary>
    IQ1_S = 19,
    /// <summary>4-bit codebook, blocks of 32.</summary>
    IQ4_NL = 20,
    /// <summary>3.44 bits per weight, grid of 512 entries.</summary>
    IQ3_S = 21,
    /// <summary>2.56 bits per weight, grid of 1024 entries.</summary>
    IQ2_S = 22,
    /// <summary>4-bit codebook, super-blocks of 256.</summary>
    IQ4_XS = 23,
    /// <summary>8-bit integers; not a weight format.</summary>
    I8 = 24,
    /// <summary>16-bit integers; not a weight format.</summary>
    I16 = 25,
    /// <summary>32-bit integers; not a weight format.</summary>
    I32 = 26,
    /// <summary>64-bit integers; not a weight format.</summary>
    I64 = 27,
    /// <summary>64-bit floats; not a weight format.</summary>
    F64 = 28,
    /// <summary>1.75 bits per weight, ternary grid of 2048 entries.</summary>
    IQ1_M = 29,
    /// <summary>bfloat16.</summary>
    BF16 = 30,
    /// <summary>Ternary, five weights in a byte.</summary>
    TQ1_0 = 34,
    /// <summary>Ternary, four weights in a byte.</summary>
    TQ2_0 = 35,
    /// <summary>4-bit floats (E2M1), blocks of 32 with a power-of-two scale.</summary>
    MXFP4 = 39,
    /// <summary>4-bit floats (E2M1), four groups of 16 with E4M3 scales.</summary>
    NVFP4 = 40,
    /// <summary>1-bit, blocks of 128.</summary>
    Q1_0 = 41,
    /// <summary>2-bit, blocks of 64.</summary>
    Q2_0 = 42,
}
