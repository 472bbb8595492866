using System.Text;
using System.Text.Unicode;

namespace Mibera.Inference.Gguf;

/// <summary>What the header of one file says.</summary>
internal sealed record GgufHeader(uint Version, uint Alignment, GgufMetadata Metadata, IReadOnlyList<GgufTensor> Tensors);

/// <summary>
/// Reads a GGUF header: magic, version, counts, key-value pairs, tensor directory (the GGUF specification in ggml's docs).
/// Nothing in it is trusted; see docs/formats.md for what is refused and what is let pass.
/// </summary>
internal sealed class HeaderReader
{
    /// <summary>Bytes of the longest key or tensor name that the specification allows.</summary>
    public const int MaxNameBytes = 65535;

    // Key, value type, and the smallest value: a byte. Tensor: name, dimension count, one dimension, type, offset.
    private const int MinPairBytes = sizeof(ulong) + 1 + sizeof(uint) + 1;
    private const int MinTensorBytes = sizeof(ulong) + 1 + sizeof(uint) + sizeof(ulong) + sizeof(uint) + sizeof(ulong);

    private readonly HeaderSource _source;

    private HeaderReader(GgufPart part) => _source = new HeaderSource(part);

    /// <exception cref="GgufFormatException">The file is no GGUF, or a wrong one.</exception>
    /// <exception cref="ModelIOException">The file could not be read to the end.</exception>
    public static GgufHeader Read(GgufPart part, int partIndex)
    {
        FileKind.RequireGguf(part);
        return new HeaderReader(part).Read(partIndex);
    }

    private GgufHeader Read(int partIndex)
    {
        _source.Skip(FileKind.MagicBytes);
        var version = ReadVersion();
        var tensors = _source.ReadCount(MinTensorBytes, int.MaxValue, "the number of tensors");
        var pairs = _source.ReadCount(MinPairBytes, int.MaxValue, "the number of keys");
        var metadata = ReadMetadata(pairs);
        var alignment = GgufAlignment.Of(metadata);
        return new GgufHeader(version, alignment, metadata, new DirectoryReader(_source, alignment, partIndex).Read(tensors));
    }

    private uint ReadVersion()
    {
        var version = _source.ReadUInt32("the version");
        if (version is 2 or 3) return version;
        if (version == 1) throw Unsupported("GGUF version 1 (2023) is not supported");
        if (version is 0x01000000 or 0x02000000 or 0x03000000)
            throw Unsupported("the file is a big-endian GGUF, made for mainframes (s390x)");
        throw Unsupported($"the GGUF version is {version}");
    }

    private GgufFormatException Unsupported(string found) =>
        _source.Error($"{found}; version 2 or 3, little-endian, was expected.", FileKind.MagicBytes);

    private GgufMetadata ReadMetadata(int count)
    {
        var values = new OrderedDictionary<string, GgufValue>(StringComparer.Ordinal);
        var reader = new ValueReader(_source);
        for (var i = 0; i < count; i++)
        {
            var at = _source.Position;
            var key = ReadName(_source, "the key", "the length of the key");
            _source.Key = key;
            if (values.ContainsKey(key)) throw _source.Error("the key is there twice.", at);
            values.Add(key, reader.Read());
            _source.Key = null;
        }

        return new GgufMetadata(values, _source.Part.Path);
    }

    /// <summary>Reads a key or a tensor's name: 1 to 65535 bytes of UTF-8.</summary>
    public static string ReadName(HeaderSource source, string what, string length)
    {
        var at = source.Position;
        var count = source.ReadCount(sizeof(byte), int.MaxValue, length);
        if (count is 0 or > MaxNameBytes) throw source.Error($"{what} has {count} bytes; 1 to {MaxNameBytes} were expected.", at);
        var bytes = source.Take(count, what);
        if (!Utf8.IsValid(bytes)) throw source.Error($"{what} is not valid UTF-8: {MessageText.Quote(Encoding.UTF8.GetString(bytes))}.", at);
        return Encoding.UTF8.GetString(bytes);
    }
}
