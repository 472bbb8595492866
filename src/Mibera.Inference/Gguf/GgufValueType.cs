using System.Diagnostics.CodeAnalysis;

namespace Mibera.Inference.Gguf;

/// <summary>Types of metadata values, by the numbers that files carry (GGUF specification, <c>gguf_metadata_value_type</c>).</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The names of the types are the subject here.")]
public enum GgufValueType : uint
{
    /// <summary>8-bit unsigned integer.</summary>
    UInt8 = 0,
    /// <summary>8-bit signed integer.</summary>
    Int8 = 1,
    /// <summary>16-bit unsigned integer.</summary>
    UInt16 = 2,
    /// <summary>16-bit signed integer.</summary>
    Int16 = 3,
    /// <summary>32-bit unsigned integer.</summary>
    UInt32 = 4,
    /// <summary>32-bit signed integer.</summary>
    Int32 = 5,
    /// <summary>32-bit IEEE float.</summary>
    Float32 = 6,
    /// <summary>One byte, 0 or 1.</summary>
    Bool = 7,
    /// <summary>A 64-bit byte count, then UTF-8 without a terminator.</summary>
    String = 8,
    /// <summary>Element type, 64-bit element count, then the elements.</summary>
    Array = 9,
    /// <summary>64-bit unsigned integer.</summary>
    UInt64 = 10,
    /// <summary>64-bit signed integer.</summary>
    Int64 = 11,
    /// <summary>64-bit IEEE float.</summary>
    Float64 = 12,
}
