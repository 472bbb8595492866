using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Simd;

/// <summary>Eight rows in 256 bits.</summary>
internal readonly unsafe struct EightRowQuads<TIsa> : IQuadIsa<Vector256<byte>>
    where TIsa : struct, IIsa
{
    public static int Rows => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTransposed(
        byte* first, nint stride,
        out Vector256<byte> column0, out Vector256<byte> column1, out Vector256<byte> column2, out Vector256<byte> column3) =>
        TIsa.LoadTransposed(first, stride, out column0, out column1, out column2, out column3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<byte> vector, byte* target) => vector.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalves(Vector256<byte> vector, byte* lower, byte* upper)
    {
        vector.GetLower().Store(lower);
        vector.GetUpper().Store(upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Bits(Vector256<byte> v, int shift, byte mask) => TIsa.Bits(v, shift, mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> BitsUp(Vector256<byte> v, int shift, byte mask) => TIsa.BitsUp(v, shift, mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Or(Vector256<byte> a, Vector256<byte> b) => a | b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LoadDwords(byte* first, nint stride) => Unpacking.Dwords(first, stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Table(Vector256<byte> entries) => entries;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Lookup(Vector256<byte> table, Vector256<byte> indices) => TIsa.Lookup(table, indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> BitsOfQuad(Vector256<byte> v, int quad, byte value) =>
        Unpacking.QuadMask<TIsa>(v, quad) & Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Fields(Vector256<byte> v, int index) => Unpacking.Fields(TIsa.Lookup(
        v, Vector256.Create(QuadBytes.Copies0, QuadBytes.Copies8, QuadBytes.Copies0, QuadBytes.Copies8).AsByte()
            + Vector256.Create((byte)index)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Nibbles(Vector256<byte> v, bool last)
    {
        var words = SignedPair(v, last).AsUInt16();
        return ((words & Vector256.Create((ushort)0x000f)) | (words << 4 & Vector256.Create((ushort)0x0f00))).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Subtract(Vector256<byte> v, byte offset) => v - Vector256.Create(offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> SignedByte(Vector256<byte> v, int index, bool words)
    {
        var next = (ulong)index * QuadBytes.NextByte;
        return words
            ? SignedWords(v, QuadBytes.ToBothWords0 + next, QuadBytes.ToBothWords8 + next)
            : (v.AsInt32() << (24 - 8 * index) >> 24).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> SignedPair(Vector256<byte> v, bool last) => last
        ? SignedWords(v, QuadBytes.PairToWords0 + 2 * QuadBytes.NextByte, QuadBytes.PairToWords8 + 2 * QuadBytes.NextByte)
        : SignedWords(v, QuadBytes.PairToWords0, QuadBytes.PairToWords8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> ScaledPair(Vector256<byte> v, bool last, Vector256<byte> scales) =>
        (SignedPair(v, last).AsInt16() * scales.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> SignedWords(Vector256<byte> v, ulong lower, ulong upper) =>
        (TIsa.Lookup(v, Vector256.Create(lower, upper, lower, upper).AsByte()).AsInt16() >> 8).AsByte();
}
