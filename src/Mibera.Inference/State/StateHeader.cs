using System.Buffers.Binary;

namespace Mibera.Inference.State;

/// <summary>
/// The head of a saved session. The file, little-endian:
/// <code>
/// bytes
///  0.. 7  "MIBERAST"
///  8..11  version, 1
/// 12..27  fingerprint of the model
/// 28..35  how keys and how values are kept (KvCacheType)
/// 36..43  tokens; how many of them are computed
/// 44..51  first group of 32 positions that is here; how many groups (up to the computed ones' last)
/// 52..55  flags: 1 logits of the last position are here, 2 computed with LongRoPE's long factors, 4 values beyond the plain path
/// 56..    token ids [tokens], 32 bits each
///         logits [vocabulary], f32, if flag 1
///         for each layer and KV head: its groups of keys, its groups of values, as the cache holds them
///         XXH128 of all bytes before it
/// </code>
/// </summary>
internal readonly record struct StateHeader
{
    public const int Size = 56;
    public const int Version = 1;
    public const int FingerprintBytes = 16;

    private static ReadOnlySpan<byte> Magic => "MIBERAST"u8;

    public required byte[] Fingerprint { get; init; }

    public required KvCacheType KeyType { get; init; }

    public required KvCacheType ValueType { get; init; }

    public required int Tokens { get; init; }

    public required int Computed { get; init; }

    public required int FirstGroup { get; init; }

    public required int Groups { get; init; }

    public required StateFlags Flags { get; init; }

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        Fingerprint.CopyTo(bytes, 12);
        ReadOnlySpan<int> numbers = [(int)KeyType, (int)ValueType, Tokens, Computed, FirstGroup, Groups, (int)Flags];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28 + i * sizeof(int)), numbers[i]);
        return bytes;
    }

    /// <summary>Reads a head; what its figures mean for a session is for that to judge.</summary>
    /// <exception cref="SessionStateException">It is none, or of another version.</exception>
    public static StateHeader Parse(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic))
            throw new SessionStateException("this is no saved session: it does not begin with MIBERAST.");
        var version = Number(bytes, 8);
        if (version != Version)
            throw new SessionStateException($"the saved session has version {version}; this library reads version {Version}.");
        return new StateHeader
        {
            Fingerprint = bytes.Slice(12, FingerprintBytes).ToArray(),
            KeyType = (KvCacheType)Number(bytes, 28),
            ValueType = (KvCacheType)Number(bytes, 32),
            Tokens = Number(bytes, 36),
            Computed = Number(bytes, 40),
            FirstGroup = Number(bytes, 44),
            Groups = Number(bytes, 48),
            Flags = (StateFlags)Number(bytes, 52),
        };
    }

    private static int Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
}
