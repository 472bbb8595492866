namespace Mibera.Inference.Gguf;

/// <summary>Elements and bytes of a tensor.</summary>
internal readonly record struct TensorSize(long Elements, long Bytes)
{
    /// <summary>GGML_MAX_DIMS.</summary>
    public const int MaxDimensions = 4;

    /// <summary>Computes the size of a tensor whose type and dimensions come from anywhere.</summary>
    /// <returns>Null when all is well, or what is wrong with them: "... was found; ... was expected".</returns>
    public static string? TryCompute(GgmlType type, ReadOnlySpan<ulong> dimensions, out TensorSize size)
    {
        size = default;
        if (dimensions.Length is 0 or > MaxDimensions)
            return $"it has {dimensions.Length} dimensions; 1 to {MaxDimensions} were expected";
        var (blockElements, blockBytes) = type.Block();
        if (blockElements == 0) return $"its type has the number {(uint)type}; {DescribeUnknown((uint)type)}";

        var elements = 1UL;
        foreach (var dimension in dimensions)
        {
            if (dimension is 0 or > long.MaxValue) return $"it has a dimension of {dimension}; 1 to 2^63 - 1 was expected";
            // Neither factor is 0; the product stays at or below 2^63 - 1 exactly if this holds.
            if (elements > long.MaxValue / dimension) return $"its dimensions {Show(dimensions)} multiply to more than 2^63 - 1";
            elements *= dimension;
        }

        if (dimensions[0] % (ulong)blockElements != 0)
            return $"its rows have {dimensions[0]} elements; a multiple of {blockElements} was expected, the block of {type}";
        var bytes = Math.BigMul(elements / (ulong)blockElements, (ulong)blockBytes, out var low);
        if (bytes != 0 || low > long.MaxValue) return $"its dimensions {Show(dimensions)} of {type} take more than 2^63 - 1 bytes";
        size = new TensorSize((long)elements, (long)low);
        return null;
    }

    private static string Show(ReadOnlySpan<ulong> dimensions) => $"{{{string.Join(", ", dimensions.ToArray())}}}";

    // Numbers that once had a meaning: ggml.h keeps their names in comments.
    private static string DescribeUnknown(uint number) => number switch
    {
        4 or 5 => "Q4_2 and Q4_3 were removed from the format in 2023",
        31 or 32 or 33 => "Q4_0 repacked for one processor (Q4_0_4_4 and the like) was removed from the format: get the plain Q4_0 file",
        36 or 37 or 38 => "IQ4_NL repacked for one processor was removed from the format: get the plain IQ4_NL file",
        _ => "that is no tensor type this version knows (0 to 42, some of them removed)",
    };
}
