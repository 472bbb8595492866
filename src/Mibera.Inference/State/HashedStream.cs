using System.IO.Hashing;

namespace Mibera.Inference.State;

/// <summary>
/// A saved session on its way in or out: every byte is hashed, and the hash ends it. XXH128 finds damage, which is all it is for; it
/// is managed code, where .NET's SHA-256 loads OpenSSL on Linux and ends the process without it.
/// </summary>
internal sealed class HashedStream(Stream stream)
{
    /// <summary>Bytes of the hash.</summary>
    public const int HashBytes = 16;

    private readonly XxHash128 _hash = new();

    public void Write(ReadOnlySpan<byte> bytes)
    {
        _hash.Append(bytes);
        stream.Write(bytes);
    }

    public void WriteHash() => stream.Write(_hash.GetHashAndReset());

    /// <exception cref="SessionStateException">There are fewer bytes.</exception>
    public void Read(Span<byte> bytes)
    {
        ReadExactly(bytes);
        _hash.Append(bytes);
    }

    /// <exception cref="SessionStateException">What was read is not what was written.</exception>
    public void CheckHash()
    {
        Span<byte> expected = stackalloc byte[HashBytes];
        ReadExactly(expected);
        if (!expected.SequenceEqual(_hash.GetHashAndReset()))
            throw new SessionStateException("the saved session is damaged: its checksum does not match.");
    }

    private void ReadExactly(Span<byte> bytes)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new SessionStateException("the saved session is cut off: it ends too early.");
    }
}
