namespace Mibera.Inference.Gguf;

/// <summary>The block geometry of every <see cref="GgmlType"/>.</summary>
public static class GgmlTypes
{
    /// <summary>Weights and bytes of one block, or (0, 0) for a number that is no type.</summary>
    public static (int Elements, int Bytes) Block(this GgmlType type) => type switch
    {
        GgmlType.F32 or GgmlType.I32 => (1, 4),
        GgmlType.F16 or GgmlType.BF16 or GgmlType.I16 => (1, 2),
        GgmlType.F64 or GgmlType.I64 => (1, 8),
        GgmlType.I8 => (1, 1),
        GgmlType.Q4_0 => (32, 18),
        GgmlType.Q4_1 => (32, 20),
        GgmlType.Q5_0 => (32, 22),
        GgmlType.Q5_1 => (32, 24),
        GgmlType.Q8_0 => (32, 34),
        GgmlType.Q8_1 => (32, 36),
        GgmlType.Q2_K => (256, 84),
        GgmlType.Q3_K => (256, 110),
        GgmlType.Q4_K => (256, 144),
        GgmlType.Q5_K => (256, 176),
        GgmlType.Q6_K => (256, 210),
        GgmlType.Q8_K => (256, 292),
        GgmlType.IQ1_S => (256, 50),
        GgmlType.IQ1_M => (256, 56),
        GgmlType.IQ2_XXS => (256, 66),
        GgmlType.IQ2_XS => (256, 74),
        GgmlType.IQ2_S => (256, 82),
        GgmlType.IQ3_XXS => (256, 98),
        GgmlType.IQ3_S => (256, 110),
        GgmlType.IQ4_NL => (32, 18),
        GgmlType.IQ4_XS => (256, 136),
        GgmlType.TQ1_0 => (256, 54),
        GgmlType.TQ2_0 => (256, 66),
        GgmlType.MXFP4 => (32, 17),
        GgmlType.NVFP4 => (64, 36),
        GgmlType.Q1_0 => (128, 18),
        GgmlType.Q2_0 => (64, 18),
        _ => (0, 0),
    };

    /// <summary>Whether the engine can multiply with weights of this type.</summary>
    public static bool IsWeightFormat(this GgmlType type) => type is
        GgmlType.F32 or GgmlType.F16 or GgmlType.BF16
        or GgmlType.Q4_0 or GgmlType.Q4_1 or GgmlType.Q5_0 or GgmlType.Q5_1 or GgmlType.Q8_0
        or GgmlType.Q2_K or GgmlType.Q3_K or GgmlType.Q4_K or GgmlType.Q5_K or GgmlType.Q6_K
        or GgmlType.IQ1_S or GgmlType.IQ1_M or GgmlType.IQ2_XXS or GgmlType.IQ2_XS or GgmlType.IQ2_S
        or GgmlType.IQ3_XXS or GgmlType.IQ3_S or GgmlType.IQ4_NL or GgmlType.IQ4_XS
        or GgmlType.TQ1_0 or GgmlType.TQ2_0 or GgmlType.MXFP4 or GgmlType.NVFP4 or GgmlType.Q1_0 or GgmlType.Q2_0;

    /// <summary>Bytes of a row of <paramref name="columns"/> weights, a multiple of the block's elements.</summary>
    /// <exception cref="ArgumentException">The row is no multiple of the block, or the type is unknown.</exception>
    public static long RowBytes(this GgmlType type, long columns)
    {
        var (elements, bytes) = type.Block();
        if (elements == 0 || columns % elements != 0)
            throw new ArgumentException($"A row of {columns} {type} weights is no multiple of its block of {elements}.", nameof(columns));
        return checked(columns / elements * bytes);
    }
}
