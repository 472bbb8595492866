using System.Buffers.Binary;
using System.Text;

namespace Mibera.Inference.Gguf;

/// <summary>A write-only stream that counts, knows the primitives of GGUF, and holds a tensor's callback to its size.</summary>
internal sealed class GgufOutput(Stream inner) : Stream
{
    private static readonly byte[] Zeros = new byte[64 * 1024];

    private long _written;
    private long _limit = long.MaxValue;
    private bool _endsInHole;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _written;

    public override long Position { get => _written; set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.IsEmpty) return;
        if (buffer.Length > _limit - _written)
            throw new InvalidOperationException($"More bytes were written than the tensor has (its data end at byte {_limit}).");
        inner.Write(buffer);
        _written += buffer.Length;
        _endsInHole = false;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public void WriteUInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Write(bytes);
    }

    public void WriteUInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Write(bytes);
    }

    public void WriteString(string text) => WriteString(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a value without its type.</summary>
    public void WriteValue(GgufValue value)
    {
        switch (value.Type)
        {
            case GgufValueType.String:
                WriteString(value.AsUtf8());
                break;
            case GgufValueType.Array:
                WriteArray(value.AsArray());
                break;
            default:
                Span<byte> bytes = stackalloc byte[sizeof(ulong)];
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, value.Bits);
                Write(bytes[..value.Type.FixedSize()]);
                break;
        }
    }

    /// <summary>Writes a tensor's data, by its callback or as zeros.</summary>
    /// <exception cref="InvalidOperationException">The callback wrote more or less than the tensor's bytes.</exception>
    public void WriteTensor(GgufTensor tensor, Action<Stream>? write)
    {
        var end = checked(_written + tensor.ByteSize);
        if (write is null)
        {
            WriteZeros(tensor.ByteSize);
            return;
        }

        _limit = end;
        write(this);
        if (_written != end) throw new InvalidOperationException($"{tensor}: {end - _written} of {tensor.ByteSize} bytes were not written.");
        _limit = long.MaxValue;
    }

    /// <summary>Fills up to the next multiple of <paramref name="alignment"/>.</summary>
    public void Pad(uint alignment) => WriteZeros(GgufAlignment.Pad(_written, alignment) - _written);

    /// <summary>Flushes; a hole at the end becomes part of the file.</summary>
    public void Finish()
    {
        if (_endsInHole) inner.SetLength(inner.Position);
        inner.Flush();
    }

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void WriteString(byte[] utf8)
    {
        WriteUInt64((ulong)utf8.Length);
        Write(utf8);
    }

    private void WriteArray(GgufArray array)
    {
        WriteUInt32((uint)array.ElementType);
        WriteUInt64((ulong)array.Count);
        Write(array.RawData);
        foreach (var child in array.Children) WriteArray(child);
    }

    private void WriteZeros(long count)
    {
        // Only past the end does seeking leave zeros behind; within an existing stream old bytes would stay.
        if (count >= Zeros.Length && inner.CanSeek && inner.Position >= inner.Length)
        {
            inner.Seek(count, SeekOrigin.Current);
            _written += count;
            _endsInHole = true;
            return;
        }

        for (; count > 0; count -= Zeros.Length) Write(Zeros.AsSpan(0, (int)Math.Min(count, Zeros.Length)));
    }
}
