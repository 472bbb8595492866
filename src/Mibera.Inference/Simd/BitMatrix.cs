using System.Runtime.CompilerServices;

namespace Mibera.Inference.Simd;

/// <summary>
/// Matrices for <c>vgf2p8affineqb</c>, which multiplies bytes as vectors of bits: one operation shifts and masks. Byte 7 - i of a
/// matrix is the row that makes bit i, and has a bit for each bit of the byte that counts towards it.
/// </summary>
internal static class BitMatrix
{
    /// <summary>Leaves bits where they are.</summary>
    private const ulong Identity = 0x0102_0408_1020_4080;

    /// <summary>Leaves bits 0 to 6 where they are, and makes bit 7 their parity.</summary>
    public const ulong Parity = 0x0102_0408_1020_407f;

    /// <summary>v >> 4.</summary>
    public const ulong HighNibble = 0x1020_4080_0000_0000;

    /// <summary>(v >> shift) &amp; mask. Constants, for constant arguments.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Down(int shift, byte mask) => (Identity << 8 * shift) & Rows(mask);

    /// <summary>(v &lt;&lt; shift) &amp; mask.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Up(int shift, byte mask) => (Identity >> 8 * shift) & Rows(mask);

    /// <summary>All of the rows of the bits of <paramref name="mask"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Rows(byte mask) =>
        Row(mask, 0) | Row(mask, 1) | Row(mask, 2) | Row(mask, 3) | Row(mask, 4) | Row(mask, 5) | Row(mask, 6) | Row(mask, 7);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Row(byte mask, int bit) => (ulong)(mask >> bit & 1) * 0xff << 8 * (7 - bit);
}
