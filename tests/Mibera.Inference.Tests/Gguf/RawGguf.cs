using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Mibera.Inference.Tests.Gguf;

/// <summary>Builds a GGUF file number by number, so that every wrong one can be expressed. Each call appends.</summary>
internal sealed class RawGguf
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public const uint U8 = 0, I8 = 1, U16 = 2, I16 = 3, U32 = 4, I32 = 5, F32 = 6, Bool = 7, String = 8, Array = 9, U64 = 10, I64 = 11, F64 = 12;

    public int Length => _bytes.WrittenCount;

    /// <summary>Magic, version and the two counts.</summary>
    public static RawGguf Header(ulong tensors = 0, ulong keys = 0, uint version = 3) =>
        new RawGguf().Bytes("GGUF"u8).UInt32(version).UInt64(tensors).UInt64(keys);

    public RawGguf Bytes(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public RawGguf Byte(byte value) => Bytes([value]);

    public RawGguf UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Bytes(bytes);
    }

    public RawGguf UInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Bytes(bytes);
    }

    public RawGguf Text(ReadOnlySpan<byte> bytes) => UInt64((ulong)bytes.Length).Bytes(bytes);

    public RawGguf Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    /// <summary>A key and its value's type; the value follows.</summary>
    public RawGguf Key(string key, uint type) => Text(key).UInt32(type);

    /// <summary>A key whose value is an array; the elements follow.</summary>
    public RawGguf ArrayKey(string key, uint elementType, ulong count) => Key(key, Array).UInt32(elementType).UInt64(count);

    /// <summary>A whole entry of the tensor directory.</summary>
    public RawGguf Tensor(string name, uint type, ulong offset, params ReadOnlySpan<ulong> dimensions)
    {
        Text(name).UInt32((uint)dimensions.Length);
        foreach (var dimension in dimensions) UInt64(dimension);
        return UInt32(type).UInt64(offset);
    }

    /// <summary>Zeros up to a multiple, then as many more.</summary>
    public RawGguf Data(int bytes, int alignment = 32)
    {
        while (Length % alignment != 0) Byte(0);
        return Bytes(new byte[bytes]);
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}
