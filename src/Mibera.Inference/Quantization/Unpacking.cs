using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

/// <summary>What the 256-bit unpacking of several formats shares.</summary>
internal static unsafe class Unpacking
{
    /// <summary><see cref="IIsa.Bits"/>. There are no byte shifts: words do, since the mask drops what comes from the neighbour.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Bits(Vector256<byte> v, int shift, byte mask) =>
        (shift == 0 ? v : (v.AsUInt16() >>> shift).AsByte()) & Vector256.Create(mask);

    /// <summary><see cref="IIsa.BitsUp"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> BitsUp(Vector256<byte> v, int shift, byte mask) =>
        (v.AsUInt16() << shift).AsByte() & Vector256.Create(mask);

    /// <summary>Bit <paramref name="from"/> of every byte as bit <paramref name="to"/>; both are constants.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Bit<TIsa>(Vector256<byte> v, int from, int to)
        where TIsa : struct, IIsa =>
        from < to ? TIsa.BitsUp(v, to - from, (byte)(1 << to)) : TIsa.Bits(v, from - to, (byte)(1 << to));

    /// <summary>Sixteen bytes of nibbles: the low ones in the lower lane, the high ones in the upper lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Nibbles(byte* quants)
    {
        var bytes = Vector128.Load(quants);
        return Vector256.Create(bytes, (bytes.AsUInt16() >>> 4).AsByte()) & Vector256.Create((byte)15);
    }

    /// <summary>The same 16 bytes in both lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Both(Vector128<byte> bytes) => Vector256.Create(bytes, bytes);

    /// <summary>Sixteen bytes as words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Widen(Vector128<byte> bytes) => Vector256.WidenLower(bytes.ToVector256Unsafe()).AsInt16();

    /// <summary>Sixteen signed bytes as words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Widen(Vector128<sbyte> bytes) => Vector256.WidenLower(bytes.ToVector256Unsafe());

    /// <summary>A dword of each of eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Dwords(byte* row, nint stride) => Vector256.Create(
        *(uint*)row, *(uint*)(row + stride), *(uint*)(row + 2 * stride), *(uint*)(row + 3 * stride),
        *(uint*)(row + 4 * stride), *(uint*)(row + 5 * stride), *(uint*)(row + 6 * stride), *(uint*)(row + 7 * stride)).AsByte();

    /// <summary>
    /// Of four copies of a byte, in every dword, its four fields of two bits: the first two in bits 0-1 and 2-3 of theirs, and likewise
    /// the others, which come from the high nibble.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Fields(Vector256<byte> copies)
    {
        var high = Vector256.Create(0xffff0000u).AsByte();
        var nibbles = Vector256.ConditionalSelect(high, (copies.AsUInt16() >>> 4).AsByte(), copies);
        return nibbles & Vector256.Create((ushort)0x0c03).AsByte();
    }

    /// <summary>0xff in byte i of every dword where bit 4 <paramref name="quad"/> + i of that dword is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> QuadMask<TIsa>(Vector256<byte> dwords, int quad)
        where TIsa : struct, IIsa
    {
        var spread = Vector256.Create(QuadBytes.Copies0, QuadBytes.Copies8, QuadBytes.Copies0, QuadBytes.Copies8).AsByte();
        var bit = Vector256.Create(quad % 2 == 0 ? 0x08040201u : 0x80402010u).AsByte();
        return Vector256.Equals(TIsa.Lookup(dwords, spread + Vector256.Create((byte)(quad / 2))) & bit, bit);
    }
}
