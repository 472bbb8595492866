namespace Mibera.Inference.Simd;

/// <summary>
/// Shuffles of the bytes of each dword, as the two halves of a lane of 16. 0x80 clears a byte, so that what is taken to the top of a word
/// can be shifted down with its sign.
/// </summary>
internal static class QuadBytes
{
    /// <summary>Byte 0 of each dword to both of its words.</summary>
    public const ulong ToBothWords0 = 0x0480_0480_0080_0080;
    public const ulong ToBothWords8 = 0x0c80_0c80_0880_0880;

    /// <summary>Bytes 0 and 1 of each dword to its words.</summary>
    public const ulong PairToWords0 = 0x0580_0480_0180_0080;
    public const ulong PairToWords8 = 0x0d80_0c80_0980_0880;

    /// <summary>Byte 0 of each dword to all of its bytes.</summary>
    public const ulong Copies0 = 0x0404_0404_0000_0000;
    public const ulong Copies8 = 0x0c0c_0c0c_0808_0808;

    /// <summary>Added to a half of <see cref="ToBothWords0"/> or <see cref="PairToWords0"/>, takes the next byte.</summary>
    public const ulong NextByte = 0x0100_0100_0100_0100;
}
