using System.Security.Cryptography;

namespace Mibera.Inference.State;

/// <summary>A saved session on its way in or out: every byte is hashed, and the hash ends it.</summary>
internal sealed class HashedStream(Stream stream) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        stream.Write(bytes);
    }

    public void WriteHash() => stream.Write(_hash.GetHashAndReset());

    /// <exception cref="SessionStateException">There are fewer bytes.</exception>
    public void Read(Span<byte> bytes)
    {
        ReadExactly(bytes);
        _hash.AppendData(bytes);
    }

    /// <exception cref="SessionStateException">What was read is not what was written.</exception>
    public void CheckHash()
    {
        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        ReadExactly(expected);
        if (!expected.SequenceEqual(_hash.GetHashAndReset()))
            throw new SessionStateException("the saved session is damaged: its checksum does not match.");
    }

    public void Dispose() => _hash.Dispose();

    private void ReadExactly(Span<byte> bytes)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new SessionStateException("the saved session is cut off: it ends too early.");
    }
}
