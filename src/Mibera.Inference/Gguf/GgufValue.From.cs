using System.Text;
using System.Text.Unicode;

namespace Mibera.Inference.Gguf;

public readonly partial struct GgufValue
{
    /// <summary>A value of type u8.</summary>
    public static GgufValue From(byte value) => new(GgufValueType.UInt8, value);

    /// <summary>A value of type i8.</summary>
    public static GgufValue From(sbyte value) => new(GgufValueType.Int8, (ulong)value);

    /// <summary>A value of type u16.</summary>
    public static GgufValue From(ushort value) => new(GgufValueType.UInt16, value);

    /// <summary>A value of type i16.</summary>
    public static GgufValue From(short value) => new(GgufValueType.Int16, (ulong)value);

    /// <summary>A value of type u32.</summary>
    public static GgufValue From(uint value) => new(GgufValueType.UInt32, value);

    /// <summary>A value of type i32.</summary>
    public static GgufValue From(int value) => new(GgufValueType.Int32, (ulong)value);

    /// <summary>A value of type u64.</summary>
    public static GgufValue From(ulong value) => new(GgufValueType.UInt64, value);

    /// <summary>A value of type i64.</summary>
    public static GgufValue From(long value) => new(GgufValueType.Int64, (ulong)value);

    /// <summary>A value of type f32.</summary>
    public static GgufValue From(float value) => new(GgufValueType.Float32, BitConverter.SingleToUInt32Bits(value));

    /// <summary>A value of type f64.</summary>
    public static GgufValue From(double value) => new(GgufValueType.Float64, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>A value of type bool.</summary>
    public static GgufValue From(bool value) => new(GgufValueType.Bool, value ? 1UL : 0UL);

    /// <summary>A string value.</summary>
    public static GgufValue From(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(GgufValueType.String, value);
    }

    /// <summary>An array value.</summary>
    public static GgufValue From(GgufArray value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(GgufValueType.Array, value);
    }

    /// <summary>A string value from its bytes, which need not be valid UTF-8.</summary>
    public static GgufValue FromUtf8(ReadOnlySpan<byte> utf8) =>
        new(GgufValueType.String, Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : utf8.ToArray());
}
