using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Mibera.Inference.Gguf;

public sealed partial class GgufArray
{
    /// <summary>An array of u8.</summary>
    public static GgufArray From(ReadOnlySpan<byte> values) => FromNumbers(GgufValueType.UInt8, values);

    /// <summary>An array of i8.</summary>
    public static GgufArray From(ReadOnlySpan<sbyte> values) => FromNumbers(GgufValueType.Int8, values);

    /// <summary>An array of u16.</summary>
    public static GgufArray From(ReadOnlySpan<ushort> values) => FromNumbers(GgufValueType.UInt16, values);

    /// <summary>An array of i16.</summary>
    public static GgufArray From(ReadOnlySpan<short> values) => FromNumbers(GgufValueType.Int16, values);

    /// <summary>An array of u32.</summary>
    public static GgufArray From(ReadOnlySpan<uint> values) => FromNumbers(GgufValueType.UInt32, values);

    /// <summary>An array of i32.</summary>
    public static GgufArray From(ReadOnlySpan<int> values) => FromNumbers(GgufValueType.Int32, values);

    /// <summary>An array of u64.</summary>
    public static GgufArray From(ReadOnlySpan<ulong> values) => FromNumbers(GgufValueType.UInt64, values);

    /// <summary>An array of i64.</summary>
    public static GgufArray From(ReadOnlySpan<long> values) => FromNumbers(GgufValueType.Int64, values);

    /// <summary>An array of f32.</summary>
    public static GgufArray From(ReadOnlySpan<float> values) => FromNumbers(GgufValueType.Float32, values);

    /// <summary>An array of f64.</summary>
    public static GgufArray From(ReadOnlySpan<double> values) => FromNumbers(GgufValueType.Float64, values);

    /// <summary>An array of bool.</summary>
    public static GgufArray From(ReadOnlySpan<bool> values)
    {
        var bytes = new byte[values.Length];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = values[i] ? (byte)1 : (byte)0;
        return new GgufArray(GgufValueType.Bool, values.Length, bytes);
    }

    /// <summary>An array of arrays.</summary>
    public static GgufArray From(ReadOnlySpan<GgufArray> values) => new(values.ToArray());

    /// <summary>An array of strings.</summary>
    public static GgufArray From(IEnumerable<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return FromUtf8(values.Select(Encoding.UTF8.GetBytes));
    }

    /// <summary>An array of strings from their bytes, which need not be valid UTF-8.</summary>
    public static GgufArray FromUtf8(IEnumerable<byte[]> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        using var data = new MemoryStream();
        var offsets = new List<int> { 0 };
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt64LittleEndian(length, value.Length);
            data.Write(length);
            data.Write(value);
            offsets.Add(checked((int)data.Length));
        }

        return new GgufArray(data.ToArray(), [.. offsets]);
    }

    // GGUF is little-endian, as is every machine that GgufFile opens files on.
    private static GgufArray FromNumbers<T>(GgufValueType type, ReadOnlySpan<T> values)
        where T : unmanaged => new(type, values.Length, MemoryMarshal.AsBytes(values).ToArray());
}
