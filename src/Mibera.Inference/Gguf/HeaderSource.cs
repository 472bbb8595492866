using System.Buffers.Binary;

namespace Mibera.Inference.Gguf;

/// <summary>
/// Reads a header forward through a small window with positional reads, so that parsing touches no mapping. Every read
/// is first checked against the bytes that the file has left; nothing is ever allocated from an unchecked number.
/// </summary>
internal sealed class HeaderSource(GgufPart part)
{
    private const int WindowBytes = 64 * 1024;

    private readonly byte[] _window = new byte[(int)Math.Min(WindowBytes, part.Length)];
    private long _windowStart;
    private int _windowLength;

    /// <summary>Byte offset of the next read.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes between <see cref="Position"/> and the end of the file.</summary>
    public long Remaining => part.Length - Position;

    public GgufPart Part => part;

    /// <summary>The key that is being read, for errors.</summary>
    public string? Key { get; set; }

    /// <summary>The tensor that is being read, for errors.</summary>
    public string? Tensor { get; set; }

    public byte ReadByte(string what) => Take(sizeof(byte), what)[0];

    public uint ReadUInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint), what));

    public ulong ReadUInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong), what));

    /// <summary>The next few bytes, valid until the next read.</summary>
    public ReadOnlySpan<byte> Take(int count, string what)
    {
        if (count > Remaining) throw Truncated(count, what);
        var at = Position - _windowStart;
        if (at + count > _windowLength)
        {
            _windowStart = Position;
            _windowLength = (int)Math.Min(_window.Length, Remaining);
            part.Read(Position, _window.AsSpan(0, _windowLength));
            at = 0;
        }

        Position += count;
        return _window.AsSpan((int)at, count);
    }

    /// <summary>Reads a string's length or an element count, and makes sure that the file can hold as many.</summary>
    /// <param name="elementBytes">The fewest bytes that one element takes.</param>
    /// <param name="limit">The most bytes that the reader is willing to hold for it.</param>
    /// <param name="what">What is counted, for errors.</param>
    public int ReadCount(int elementBytes, int limit, string what)
    {
        var at = Position;
        var count = ReadUInt64(what);
        if (count > (ulong)(Remaining / elementBytes))
            throw Error($"{what} is {count}, but the file has {Remaining} bytes left, enough for {Remaining / elementBytes} at most.", at);
        if (count > (ulong)(limit / elementBytes))
            throw Error($"{what} is {count}; at most {limit / elementBytes} are supported.", at);
        return (int)count;
    }

    /// <summary>A copy of the next <paramref name="count"/> bytes, which <see cref="ReadCount"/> has found to be there.</summary>
    public byte[] ReadBytes(int count)
    {
        var start = Position;
        Skip(count);
        return CopySince(start);
    }

    /// <summary>A copy of the bytes from <paramref name="start"/> to <see cref="Position"/>.</summary>
    public byte[] CopySince(long start)
    {
        if (start == Position) return [];
        var bytes = new byte[Position - start];
        if (start >= _windowStart && Position <= _windowStart + _windowLength) _window.AsSpan((int)(start - _windowStart), bytes.Length).CopyTo(bytes);
        else part.Read(start, bytes);
        return bytes;
    }

    /// <summary>Moves on by as many bytes as <see cref="ReadCount"/> has found to be there.</summary>
    public void Skip(long count) => Position += count;

    public GgufFormatException Error(string message, long? offset = null)
    {
        var at = offset ?? Position;
        var subject = (Tensor, Key) switch
        {
            ({ } tensor, _) => $"tensor {MessageText.Quote(tensor)}",
            (_, { } key) => $"key {MessageText.Quote(key)}",
            _ => "header",
        };
        return new($"{part.Path}: {subject}, at byte {at}: {message}", part.Path) { Key = Key, Tensor = Tensor, Offset = at };
    }

    private GgufFormatException Truncated(int count, string what) =>
        Error($"the file ends after {part.Length} bytes, within {what} of {count} bytes. The download may be incomplete.");
}
