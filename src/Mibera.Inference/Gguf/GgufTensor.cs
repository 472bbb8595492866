using System.Runtime.InteropServices;

namespace Mibera.Inference.Gguf;

/// <summary>An entry of the tensor directory: what a tensor is called, its type and shape, and where its bytes are.</summary>
public sealed class GgufTensor
{
    private readonly long[] _dimensions;

    internal GgufTensor(string name, GgmlType type, ReadOnlySpan<ulong> dimensions, TensorSize size)
    {
        Name = name;
        Type = type;
        _dimensions = MemoryMarshal.Cast<ulong, long>(dimensions).ToArray();
        ElementCount = size.Elements;
        ByteSize = size.Bytes;
    }

    /// <summary>The tensor's name, as <c>blk.0.attn_qkv.weight</c>.</summary>
    public string Name { get; }

    /// <summary>Type of the elements.</summary>
    public GgmlType Type { get; }

    /// <summary>1 to 4 sizes, the fastest-running first: a matrix is {columns, rows}, a row being one output's weights.</summary>
    public ReadOnlySpan<long> Dimensions => _dimensions;

    /// <summary>Product of the dimensions.</summary>
    public long ElementCount { get; }

    /// <summary>Bytes of the tensor's data.</summary>
    public long ByteSize { get; }

    /// <summary>Which file of <see cref="GgufFile.Parts"/> holds the data.</summary>
    public int Part { get; internal init; }

    /// <summary>Where the data begin in that part, in bytes from its beginning.</summary>
    public long Offset { get; internal set; }

    /// <summary>Name, type and shape, as <c>output_norm.weight F32 {5120}</c>.</summary>
    public override string ToString() => $"{Name} {Type} {{{string.Join(", ", _dimensions)}}}";
}
