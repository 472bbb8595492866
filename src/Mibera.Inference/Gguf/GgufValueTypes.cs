namespace Mibera.Inference.Gguf;

/// <summary>What every <see cref="GgufValueType"/> takes in a file, and what it is called in messages.</summary>
internal static class GgufValueTypes
{
    /// <summary>Whether the number names a type at all.</summary>
    public static bool IsKnown(this GgufValueType type) => type <= GgufValueType.Float64;

    /// <summary>Bytes of a value of fixed size, or 0 for strings and arrays.</summary>
    public static int FixedSize(this GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => 0,
    };

    /// <summary>The fewest bytes that an element can take: a string has its length, an array its type and count.</summary>
    public static int MinimumSize(this GgufValueType type) => type switch
    {
        GgufValueType.String => sizeof(ulong),
        GgufValueType.Array => sizeof(uint) + sizeof(ulong),
        _ => type.FixedSize(),
    };

    /// <summary>The type's name as llama.cpp's tools print it: u32, f32, str, arr.</summary>
    public static string DisplayName(this GgufValueType type) => type switch
    {
        GgufValueType.UInt8 => "u8",
        GgufValueType.Int8 => "i8",
        GgufValueType.UInt16 => "u16",
        GgufValueType.Int16 => "i16",
        GgufValueType.UInt32 => "u32",
        GgufValueType.Int32 => "i32",
        GgufValueType.Float32 => "f32",
        GgufValueType.Bool => "bool",
        GgufValueType.String => "str",
        GgufValueType.Array => "arr",
        GgufValueType.UInt64 => "u64",
        GgufValueType.Int64 => "i64",
        GgufValueType.Float64 => "f64",
        _ => $"type {(uint)type}",
    };
}
