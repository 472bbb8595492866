using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal static unsafe partial class Grids
{
    /// <summary>The four entries of eight weights that make chunk <paramref name="chunk"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Gather<TIsa>(byte* grid, ushort* indices, int chunk)
        where TIsa : struct, IIsa
    {
        // One load for four indices: loads are what these kernels are short of.
        var four = *(ulong*)(indices + 4 * chunk);
        return TIsa.LoadQwords(
            (ulong*)grid, (ushort)four, (ushort)From(four, 16), (ushort)From(four, 32), (nint)(four >> 48));
    }

    /// <summary>The eight entries of four weights that make chunk <paramref name="chunk"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Gather(uint* grid, ushort* indices, int chunk) => Vector256.Create(
        Gather(grid, *(ulong*)(indices + 8 * chunk)), Gather(grid, *(ulong*)(indices + 8 * chunk + 4))).AsByte();

    /// <summary>Four entries of four weights, by the four words of <paramref name="indices"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Gather(uint* grid, ulong indices) => Vector128.Create(
        grid[(ushort)indices], grid[(ushort)From(indices, 16)], grid[(ushort)From(indices, 32)], grid[indices >> 48]);

    /// <summary>Eight entries of four weights, by the eight bytes of <paramref name="indices"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> GatherBytes(uint* grid, ulong indices)
    {
        var lower = Vector128.Create(
            grid[(byte)indices], grid[(byte)From(indices, 8)], grid[(byte)From(indices, 16)], grid[(byte)From(indices, 24)]);
        var upper = Vector128.Create(
            grid[(byte)From(indices, 32)], grid[(byte)From(indices, 40)], grid[(byte)From(indices, 48)], grid[indices >> 56]);
        return Vector256.Create(lower, upper).AsByte();
    }

    /// <summary>Bit <paramref name="bit"/> (a constant) and those above it, moved to the bottom; more bits may follow them.</summary>
    /// <remarks>rorx leaves its operand as it is, where a shift wants a copy: IQ3_XXS by AVX2 is 1.1 times as fast for it.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong From(ulong indices, int bit) =>
        Bmi2.X64.IsSupported ? BitOperations.RotateRight(indices, bit) : indices >> bit;

    /// <summary>Four times seven signs from bits 0 to 27 of every dword as four bytes of eight, see
    /// <see cref="EvenSigns(uint)"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> EvenSignsOfDwords<TIsa>(Vector256<uint> packed)
        where TIsa : struct, IIsa
    {
        // Two fields to each word, then one to each byte: adding the upper field once more moves it up by one.
        var words = ((packed & Vector256.Create(0x3fffu)) | (packed << 2 & Vector256.Create(0x3fff0000u))).AsUInt16();
        return EvenSigns<TIsa>((words + (words & Vector256.Create((ushort)0x3f80))).AsByte());
    }

    /// <summary>Sets bit 7 of every byte, clear before, to the parity of the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> EvenSigns<TIsa>(Vector256<byte> sevenBits)
        where TIsa : struct, IIsa
    {
        if (TIsa.HasBitMatrices)
            return TIsa.MultiplyBits(sevenBits, Vector256.Create(BitMatrix.Parity).AsByte());
        var parity = Vector256.Create(
            0, 0x80, 0x80, 0, 0x80, 0, 0, 0x80, 0x80, 0, 0, 0x80, 0, 0x80, 0x80, 0,
            0, 0x80, 0x80, 0, 0x80, 0, 0, 0x80, 0x80, 0, 0, 0x80, 0, 0x80, 0x80, (byte)0);
        var folded = sevenBits ^ (sevenBits.AsUInt16() >>> 4).AsByte();
        return sevenBits | TIsa.Lookup(parity, folded & Vector256.Create((byte)15));
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
