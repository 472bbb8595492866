using System.Globalization;
using System.Text;

namespace Mibera.Inference.Gguf;

/// <summary>One metadata value: a type, and a number, a string or an array.</summary>
public readonly partial struct GgufValue
{
    // Integers sign-extended to 64 bits, floats as their own bits.
    private readonly ulong _bits;

    // A string, the bytes of a string that is not UTF-8 (kept so that copying a file loses nothing), or a GgufArray.
    private readonly object? _object;

    private GgufValue(GgufValueType type, ulong bits)
    {
        Type = type;
        _bits = bits;
    }

    private GgufValue(GgufValueType type, object value)
    {
        Type = type;
        _object = value;
    }

    /// <summary>The type that the file gave the value.</summary>
    public GgufValueType Type { get; }

    /// <summary>Whether the value is an integer of any width.</summary>
    public bool IsInteger => Type is GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.UInt16 or GgufValueType.Int16
        or GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.UInt64 or GgufValueType.Int64;

    /// <summary>The value of any integer type.</summary>
    /// <exception cref="InvalidOperationException">It is no integer, or negative.</exception>
    public ulong AsUInt64() => TryGetUInt64(out var value) ? value : throw Wrong("an integer from 0 on");

    /// <summary>The value of any integer type.</summary>
    /// <exception cref="InvalidOperationException">It is no integer, or beyond 2^63 - 1.</exception>
    public long AsInt64() => TryGetInt64(out var value) ? value : throw Wrong("an integer below 2^63");

    /// <summary>The value of any number type; integers beyond 2^53 are rounded.</summary>
    /// <exception cref="InvalidOperationException">It is no number.</exception>
    public double AsDouble() => TryGetDouble(out var value) ? value : throw Wrong("a number");

    /// <summary>The value of any number type, rounded to 32 bits.</summary>
    /// <exception cref="InvalidOperationException">It is no number.</exception>
    public float AsSingle() => (float)AsDouble();

    /// <summary>The value of a bool.</summary>
    /// <exception cref="InvalidOperationException">It is no bool.</exception>
    public bool AsBoolean() => Type == GgufValueType.Bool ? _bits != 0 : throw Wrong("a bool");

    /// <summary>The value of a string; bytes that are no UTF-8 become U+FFFD (see <see cref="AsUtf8"/>).</summary>
    /// <exception cref="InvalidOperationException">It is no string.</exception>
    public string AsString() => _object switch
    {
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        _ => throw Wrong("a string"),
    };

    /// <summary>The bytes of a string as the file has them.</summary>
    /// <exception cref="InvalidOperationException">It is no string.</exception>
    public byte[] AsUtf8() => _object is byte[] bytes ? [.. bytes] : Encoding.UTF8.GetBytes(AsString());

    /// <summary>The value of an array.</summary>
    /// <exception cref="InvalidOperationException">It is no array.</exception>
    public GgufArray AsArray() => _object as GgufArray ?? throw Wrong("an array");

    /// <summary>A short form for reports: a number, a quoted and shortened string, or an array's type, count and first elements.</summary>
    public override string ToString() => Type switch
    {
        GgufValueType.Bool => _bits != 0 ? "true" : "false",
        GgufValueType.Float32 => BitConverter.UInt32BitsToSingle((uint)_bits).ToString(CultureInfo.InvariantCulture),
        GgufValueType.Float64 => BitConverter.UInt64BitsToDouble(_bits).ToString(CultureInfo.InvariantCulture),
        GgufValueType.UInt64 => _bits.ToString(CultureInfo.InvariantCulture),
        GgufValueType.String => MessageText.Quote(AsString()),
        GgufValueType.Array => AsArray().ToString(),
        _ => ((long)_bits).ToString(CultureInfo.InvariantCulture),
    };

    internal bool TryGetUInt64(out ulong value)
    {
        value = _bits;
        return Type == GgufValueType.UInt64 || (IsInteger && (long)_bits >= 0);
    }

    internal bool TryGetInt64(out long value)
    {
        value = (long)_bits;
        return IsInteger && (Type != GgufValueType.UInt64 || value >= 0);
    }

    internal bool TryGetDouble(out double value)
    {
        value = Type switch
        {
            GgufValueType.Float32 => BitConverter.UInt32BitsToSingle((uint)_bits),
            GgufValueType.Float64 => BitConverter.UInt64BitsToDouble(_bits),
            GgufValueType.UInt64 => _bits,
            _ => (long)_bits,
        };
        return IsInteger || Type is GgufValueType.Float32 or GgufValueType.Float64;
    }

    /// <summary>The little-endian bytes of a number or bool; the upper ones are to be cut off at its size.</summary>
    internal ulong Bits => _bits;

    private InvalidOperationException Wrong(string expected) =>
        new($"The value is {Type.DisplayName()} {this}; {expected} was expected.");
}
