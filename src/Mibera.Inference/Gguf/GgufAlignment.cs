namespace Mibera.Inference.Gguf;

/// <summary>The key <c>general.alignment</c>: where tensors may begin.</summary>
internal static class GgufAlignment
{
    public const string Key = "general.alignment";

    /// <summary>What holds without the key.</summary>
    public const uint Default = 32;

    // The specification asks for a multiple of 8, ggml for a power of two; 64 KiB pages are the most that files use.
    private const uint Least = 8;
    private const uint Most = 1 << 24;

    /// <exception cref="GgufFormatException">The value is of another type than u32, or no power of two in the range.</exception>
    public static uint Of(GgufMetadata metadata)
    {
        if (!metadata.TryGetValue(Key, out var value)) return Default;
        if (IsValid(value)) return (uint)value.AsUInt64();
        throw metadata.Error(Key, $"is {value.Type.DisplayName()} {value}; u32, a power of two from {Least} to {Most}, was expected");
    }

    public static bool IsValid(GgufValue value) => value.Type == GgufValueType.UInt32
        && value.TryGetUInt64(out var number) && number is >= Least and <= Most && ulong.IsPow2(number);

    /// <summary>The next multiple of the alignment, a power of two, from <paramref name="position"/> on.</summary>
    public static long Pad(long position, uint alignment) => (position + alignment - 1) & -(long)alignment;
}
