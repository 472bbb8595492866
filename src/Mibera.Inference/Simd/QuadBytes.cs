namespace Mibera.Inference.Simd;

/// <summary>
/// Shuffles of the 16 bytes of a lane that take bytes to the top of words and clear the rest (0x80): as the two halves of a lane.
/// </summary>
internal static class QuadBytes
{
    /// <summary>Byte 0 of each dword to both of its words.</summary>
    public const ulong ToBothWords0 = 0x0480_0480_0080_0080;
    public const ulong ToBothWords8 = 0x0c80_0c80_0880_0880;

    /// <summary>Bytes 0 and 1 of each dword to its words.</summary>
    public const ulong PairToWords0 = 0x0580_0480_0180_0080;
    public const ulong PairToWords8 = 0x0d80_0c80_0980_0880;

    /// <summary>Added to a half, takes the next byte.</summary>
    public const ulong NextByte = 0x0100_0100_0100_0100;
}
