namespace Mibera.Inference.Gguf;

/// <summary>Reads the value of a key from a header.</summary>
internal sealed class ValueReader(HeaderSource source)
{
    /// <summary>Arrays inside arrays; the specification has no limit, and no published file has any nesting.</summary>
    public const int MaxDepth = 8;

    /// <summary>The longest string: chat templates are the longest there are, with some ten thousand bytes.</summary>
    public const int MaxStringBytes = 64 << 20;

    /// <summary>The largest array; offsets of strings within it are 32-bit.</summary>
    public const int MaxArrayBytes = 1 << 30;

    public GgufValue Read()
    {
        var type = ReadType("the value's type");
        return type switch
        {
            GgufValueType.String => GgufValue.FromUtf8(source.ReadBytes(ReadStringLength())),
            GgufValueType.Array => GgufValue.From(ReadArray(depth: 1)),
            GgufValueType.Bool => GgufValue.From(ReadBool()),
            _ => GgufArray.Decode(type, source.Take(type.FixedSize(), "the value")),
        };
    }

    private GgufValueType ReadType(string what)
    {
        var at = source.Position;
        var type = (GgufValueType)source.ReadUInt32(what);
        if (!type.IsKnown()) throw source.Error($"{what} is {(uint)type}; a number from 0 (u8) to 12 (f64) was expected.", at);
        return type;
    }

    private bool ReadBool()
    {
        var at = source.Position;
        var value = source.ReadByte("a bool");
        return value <= 1 ? value == 1 : throw source.Error($"a bool has the value {value}; 0 or 1 was expected.", at);
    }

    private int ReadStringLength() => source.ReadCount(sizeof(byte), MaxStringBytes, "the length of a string");

    private GgufArray ReadArray(int depth)
    {
        if (depth > MaxDepth) throw source.Error($"arrays are nested more than {MaxDepth} deep.");
        var type = ReadType("the type of the array's elements");
        var count = source.ReadCount(type.MinimumSize(), MaxArrayBytes, "the number of the array's elements");
        return type switch
        {
            GgufValueType.String => ReadStrings(count),
            GgufValueType.Array => ReadArrays(count, depth),
            GgufValueType.Bool => ReadBools(count),
            _ => new GgufArray(type, count, source.ReadBytes(count * type.FixedSize())),
        };
    }

    /// <summary>Walks over the strings to learn where each begins, then copies them all at once.</summary>
    private GgufArray ReadStrings(int count)
    {
        var start = source.Position;
        var offsets = new int[count + 1];
        for (var i = 0; i < count; i++)
        {
            source.Skip(ReadStringLength());
            var end = source.Position - start;
            if (end > MaxArrayBytes) throw source.Error($"the array's strings take more than {MaxArrayBytes} bytes.", start);
            offsets[i + 1] = (int)end;
        }

        return new GgufArray(source.CopySince(start), offsets);
    }

    private GgufArray ReadArrays(int count, int depth)
    {
        var children = new GgufArray[count];
        for (var i = 0; i < count; i++) children[i] = ReadArray(depth + 1);
        return new GgufArray(children);
    }

    private GgufArray ReadBools(int count)
    {
        var at = source.Position;
        var values = source.ReadBytes(count);
        var wrong = values.AsSpan().IndexOfAnyExcept((byte)0, (byte)1);
        if (wrong >= 0) throw source.Error($"element {wrong} of an array of bool is {values[wrong]}; 0 or 1 was expected.", at + wrong);
        return new GgufArray(GgufValueType.Bool, count, values);
    }
}
