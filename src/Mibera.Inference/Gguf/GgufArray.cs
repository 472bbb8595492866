using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Mibera.Inference.Gguf;

/// <summary>
/// An array of metadata. It keeps the elements as the file has them and decodes on access, so that a vocabulary of
/// 200,000 strings costs two allocations until somebody asks for one. It stays valid after the file is closed.
/// </summary>
public sealed partial class GgufArray
{
    // Little-endian elements; for strings each one's 64-bit length and its bytes. Empty for arrays of arrays.
    private readonly byte[] _data;

    // Strings only: where each one's length begins in _data, and the end as a last entry.
    private readonly int[]? _offsets;

    // Arrays of arrays only.
    private readonly GgufArray[]? _children;

    internal GgufArray(GgufValueType elementType, int count, byte[] data)
    {
        ElementType = elementType;
        Count = count;
        _data = data;
    }

    internal GgufArray(byte[] strings, int[] offsets)
        : this(GgufValueType.String, offsets.Length - 1, strings) => _offsets = offsets;

    internal GgufArray(GgufArray[] children)
        : this(GgufValueType.Array, children.Length, []) => _children = children;

    /// <summary>Type of every element.</summary>
    public GgufValueType ElementType { get; }

    /// <summary>Number of elements.</summary>
    public int Count { get; }

    /// <summary>The elements as a file has them, lengths of strings included; empty for arrays of arrays.</summary>
    internal ReadOnlySpan<byte> RawData => _data;

    /// <summary>The arrays inside an array of arrays.</summary>
    internal ReadOnlySpan<GgufArray> Children => _children;

    /// <summary>Element <paramref name="index"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public GgufValue this[int index]
    {
        get
        {
            CheckIndex(index);
            return ElementType switch
            {
                GgufValueType.String => GgufValue.FromUtf8(GetUtf8(index)),
                GgufValueType.Array => GgufValue.From(_children![index]),
                _ => Decode(ElementType, _data.AsSpan(index * ElementType.FixedSize())),
            };
        }
    }

    /// <summary>The bytes of a string element as the file has them: not always valid UTF-8 (tokens are pieces of characters).</summary>
    /// <exception cref="InvalidOperationException">The elements are no strings.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> GetUtf8(int index)
    {
        if (_offsets is null) throw Wrong("strings");
        CheckIndex(index);
        var start = _offsets[index] + sizeof(ulong);
        return _data.AsSpan(start, _offsets[index + 1] - start);
    }

    /// <summary>A string element; bytes that are no UTF-8 become U+FFFD.</summary>
    /// <exception cref="InvalidOperationException">The elements are no strings.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public string GetString(int index) => Encoding.UTF8.GetString(GetUtf8(index));

    /// <summary>All elements of an array of strings.</summary>
    /// <exception cref="InvalidOperationException">The elements are no strings.</exception>
    public string[] ToStringArray()
    {
        if (_offsets is null) throw Wrong("strings");
        var result = new string[Count];
        for (var i = 0; i < result.Length; i++) result[i] = GetString(i);
        return result;
    }

    /// <summary>All elements of an array of numbers, rounded to 32-bit floats.</summary>
    /// <exception cref="InvalidOperationException">The elements are no numbers.</exception>
    public float[] ToSingleArray()
    {
        if (ElementType == GgufValueType.Float32) return MemoryMarshal.Cast<byte, float>(_data).ToArray();
        var result = new float[Count];
        for (var i = 0; i < result.Length; i++)
            result[i] = this[i].TryGetDouble(out var value) ? (float)value : throw Wrong("numbers");
        return result;
    }

    /// <summary>All elements of an array of integers.</summary>
    /// <exception cref="InvalidOperationException">The elements are no integers, or one does not fit 32 bits.</exception>
    public int[] ToInt32Array()
    {
        if (ElementType == GgufValueType.Int32) return MemoryMarshal.Cast<byte, int>(_data).ToArray();
        var result = new int[Count];
        for (var i = 0; i < result.Length; i++)
        {
            if (!this[i].TryGetInt64(out var value) || value != (int)value) throw Wrong("integers of 32 bits");
            result[i] = (int)value;
        }

        return result;
    }

    /// <summary>A short form for reports: type, count and the first elements.</summary>
    public override string ToString()
    {
        const int Shown = 3;
        var first = string.Join(", ", Enumerable.Range(0, Math.Min(Count, Shown)).Select(i => this[i].ToString()));
        return $"{ElementType.DisplayName()}[{Count}] [{first}{(Count > Shown ? ", ..." : "")}]";
    }

    /// <summary>Decodes a number or bool of fixed size from the beginning of <paramref name="bytes"/>.</summary>
    internal static GgufValue Decode(GgufValueType type, ReadOnlySpan<byte> bytes) => type switch
    {
        GgufValueType.UInt8 => GgufValue.From(bytes[0]),
        GgufValueType.Int8 => GgufValue.From((sbyte)bytes[0]),
        GgufValueType.Bool => GgufValue.From(bytes[0] != 0),
        GgufValueType.UInt16 => GgufValue.From(BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
        GgufValueType.Int16 => GgufValue.From(BinaryPrimitives.ReadInt16LittleEndian(bytes)),
        GgufValueType.UInt32 => GgufValue.From(BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
        GgufValueType.Int32 => GgufValue.From(BinaryPrimitives.ReadInt32LittleEndian(bytes)),
        GgufValueType.Float32 => GgufValue.From(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
        GgufValueType.UInt64 => GgufValue.From(BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
        GgufValueType.Int64 => GgufValue.From(BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        GgufValueType.Float64 => GgufValue.From(BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "The type has no fixed size."),
    };

    private void CheckIndex(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
    }

    private InvalidOperationException Wrong(string expected) => new($"The array is {this}; {expected} were expected.");
}
