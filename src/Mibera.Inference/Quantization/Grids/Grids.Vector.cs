using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal static unsafe partial class Grids
{
    /// <summary>Four entries of eight weights.</summary>
    /// <remarks>Broadcasts are loads alone and blends run on any vector port; insertions all need the one or two that shuffle.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Gather(ulong* grid, nint a, nint b, nint c, nint d)
    {
        if (!Avx2.IsSupported)
            return Vector256.Create(Vector128.Create(grid[a], grid[b]), Vector128.Create(grid[c], grid[d])).AsByte();
        var first = Avx2.Blend(Avx2.BroadcastScalarToVector256(grid + a).AsUInt32(), Avx2.BroadcastScalarToVector256(grid + b).AsUInt32(), 0x0c);
        var last = Avx2.Blend(Avx2.BroadcastScalarToVector256(grid + c).AsUInt32(), Avx2.BroadcastScalarToVector256(grid + d).AsUInt32(), 0xc0);
        return Avx2.Blend(first, last, 0xf0).AsByte();
    }

    /// <summary>The four entries of eight weights that make chunk <paramref name="chunk"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Gather(ulong* grid, ushort* indices, int chunk) => Gather(
        grid, indices[4 * chunk], indices[4 * chunk + 1], indices[4 * chunk + 2], indices[4 * chunk + 3]);

    /// <summary>The eight entries of four weights that make chunk <paramref name="chunk"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Gather(uint* grid, ushort* indices, int chunk)
    {
        return Gather(
            grid, indices[8 * chunk], indices[8 * chunk + 1], indices[8 * chunk + 2], indices[8 * chunk + 3],
            indices[8 * chunk + 4], indices[8 * chunk + 5], indices[8 * chunk + 6], indices[8 * chunk + 7]);
    }

    /// <summary>Eight entries of four weights, by the eight bytes of <paramref name="indices"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Gather(uint* grid, ulong indices)
    {
        return Gather(
            grid, (byte)indices, (byte)(indices >> 8), (byte)(indices >> 16), (byte)(indices >> 24),
            (byte)(indices >> 32), (byte)(indices >> 40), (byte)(indices >> 48), (nint)(indices >> 56));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Gather(uint* grid, nint a, nint b, nint c, nint d, nint e, nint f, nint g, nint h)
    {
        if (!Avx2.IsSupported)
        {
            return Vector256.Create(
                Vector128.Create(grid[a], grid[b], grid[c], grid[d]), Vector128.Create(grid[e], grid[f], grid[g], grid[h])).AsByte();
        }
        var ab = Avx2.Blend(Avx2.BroadcastScalarToVector256(grid + a), Avx2.BroadcastScalarToVector256(grid + b), 0x02);
        var cd = Avx2.Blend(Avx2.BroadcastScalarToVector256(grid + c), Avx2.BroadcastScalarToVector256(grid + d), 0x08);
        var ef = Avx2.Blend(Avx2.BroadcastScalarToVector256(grid + e), Avx2.BroadcastScalarToVector256(grid + f), 0x20);
        var gh = Avx2.Blend(Avx2.BroadcastScalarToVector256(grid + g), Avx2.BroadcastScalarToVector256(grid + h), 0x80);
        return Avx2.Blend(Avx2.Blend(ab, cd, 0x0c), Avx2.Blend(ef, gh, 0xc0), 0xf0).AsByte();
    }

    /// <summary>Four times seven signs from bits 0 to 27 of every dword as four bytes of eight, see
    /// <see cref="EvenSigns(uint)"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> EvenSignsOfDwords<TIsa>(Vector256<uint> packed)
        where TIsa : struct, IIsa
    {
        var signs = (packed & Vector256.Create(0x7fu))
            | (packed << 1 & Vector256.Create(0x7f00u))
            | (packed << 2 & Vector256.Create(0x7f0000u))
            | (packed << 3 & Vector256.Create(0x7f000000u));
        return EvenSigns<TIsa>(signs.AsByte());
    }

    /// <summary>Sets bit 7 of every byte, clear before, to the parity of the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> EvenSigns<TIsa>(Vector256<byte> sevenBits)
        where TIsa : struct, IIsa
    {
        var parity = Vector256.Create(
            0, 0x80, 0x80, 0, 0x80, 0, 0, 0x80, 0x80, 0, 0, 0x80, 0, 0x80, 0x80, 0,
            0, 0x80, 0x80, 0, 0x80, 0, 0, 0x80, 0x80, 0, 0, 0x80, 0, 0x80, 0x80, (byte)0);
        return sevenBits | TIsa.Lookup(parity, (sevenBits ^ Unpacking.Bits(sevenBits, 4, 15)) & Vector256.Create((byte)15));
    }

    /// <summary>Eight bytes of nibbles as sixteen odd scales, 2 s + 1, the low nibble first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> OddScales<TIsa>(ulong nibbles)
        where TIsa : struct, IIsa
    {
        var twice = Vector256.Create(
            (byte)0, 0x80, 0, 0x80, 1, 0x80, 1, 0x80, 2, 0x80, 2, 0x80, 3, 0x80, 3, 0x80,
            4, 0x80, 4, 0x80, 5, 0x80, 5, 0x80, 6, 0x80, 6, 0x80, 7, 0x80, 7, 0x80);
        // The low nibble moves up by four, so that bits 4-7 hold what each word takes.
        return Odd(TIsa.Lookup(Vector256.Create(nibbles).AsByte(), twice).AsInt16() * Vector256.Create(0x0001_0010).AsInt16());
    }

    /// <summary>Four bytes of nibbles as eight odd scales, 2 s + 1, twice each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> OddScalesOfPairs<TIsa>(uint nibbles)
        where TIsa : struct, IIsa
    {
        var fourTimes = Vector256.Create(
            (byte)0, 0x80, 0, 0x80, 0, 0x80, 0, 0x80, 1, 0x80, 1, 0x80, 1, 0x80, 1, 0x80,
            2, 0x80, 2, 0x80, 2, 0x80, 2, 0x80, 3, 0x80, 3, 0x80, 3, 0x80, 3, 0x80);
        var words = TIsa.Lookup(Vector256.Create(nibbles).AsByte(), fourTimes).AsInt16();
        return Odd(words * Vector256.Create(0x0001_0001_0010_0010).AsInt16());
    }

    /// <summary>Bits 28 to 31 of eight dwords as odd scales, 2 s + 1, twice each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> OddScalesOfDwords(Vector256<uint> packed)
    {
        var scales = packed >>> 27 & Vector256.Create(0x1eu);
        return (scales | scales << 16).AsInt16() | Vector256<short>.One;
    }

    /// <summary>2 s + 1 for s in bits 4 to 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Odd(Vector256<short> nibbles) => (nibbles >>> 3 & Vector256.Create((short)0x1e)) | Vector256<short>.One;
}
