using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Simd;

/// <summary>Sixteen rows in 512 bits.</summary>
internal readonly unsafe struct SixteenRowQuads : IQuadIsa<Vector512<byte>>
{
    public static int Rows => 16;

    // Lane L of the i-th vector holds row 4 L + i, so that the transposition within lanes puts the rows in order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTransposed(
        byte* first, nint stride,
        out Vector512<byte> column0, out Vector512<byte> column1, out Vector512<byte> column2, out Vector512<byte> column3) =>
        (column0, column1, column2, column3) = Zmm.Transpose(
            Zmm.LoadLanes(first, 4 * stride), Zmm.LoadLanes(first + stride, 4 * stride),
            Zmm.LoadLanes(first + 2 * stride, 4 * stride), Zmm.LoadLanes(first + 3 * stride, 4 * stride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(byte* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<byte> vector, byte* target) => vector.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalves(Vector512<byte> vector, byte* lower, byte* upper)
    {
        vector.GetLower().Store(lower);
        vector.GetUpper().Store(upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Bits(Vector512<byte> v, int shift, byte mask) =>
        shift == 0 ? v & Vector512.Create(mask) : Affine(v, BitMatrix.Down(shift, mask));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> BitsUp(Vector512<byte> v, int shift, byte mask) =>
        Affine(v, BitMatrix.Up(shift, mask));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Or(Vector512<byte> a, Vector512<byte> b) => a | b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadDwords(byte* first, nint stride) => Avx512F.InsertVector256(
        Unpacking.Dwords(first, stride).ToVector512Unsafe(), Unpacking.Dwords(first + 8 * stride, stride), 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Table(Vector256<byte> entries)
    {
        var lanes = entries.ToVector512Unsafe().AsInt32();
        return Avx512F.Shuffle4x128(lanes, lanes, 0).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Lookup(Vector512<byte> table, Vector512<byte> indices) => Avx512BW.Shuffle(table, indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> BitsOfQuad(Vector512<byte> v, int quad, byte value)
    {
        var bit = Vector512.Create(quad % 2 == 0 ? 0x08040201u : 0x80402010u).AsByte();
        return Vector512.Equals(Copies(v, quad / 2) & bit, bit) & Vector512.Create(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Fields(Vector512<byte> v, int index)
    {
        var copies = Copies(v, index);
        // Fields 2 and 3 come from the high nibble.
        var nibbles = Zmm.Select(Vector512.Create(0xffff0000u).AsByte(), (copies.AsUInt16() >>> 4).AsByte(), copies);
        return nibbles & Vector512.Create((ushort)0x0c03).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Nibbles(Vector512<byte> v, bool last)
    {
        var words = SignedPair(v, last).AsUInt16();
        return ((words & Vector512.Create((ushort)0x000f)) | (words << 4 & Vector512.Create((ushort)0x0f00))).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Subtract(Vector512<byte> v, byte offset) => v - Vector512.Create(offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> SignedByte(Vector512<byte> v, int index, bool words)
    {
        var next = (ulong)index * QuadBytes.NextByte;
        return words
            ? (ToTop(v, QuadBytes.ToBothWords0 + next, QuadBytes.ToBothWords8 + next) >> 8).AsByte()
            : (v.AsInt32() << (24 - 8 * index) >> 24).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> SignedPair(Vector512<byte> v, bool last) => (PairToTop(v, last) >> 8).AsByte();

    // (256 a * 256 b) >> 16 = a b, without shifting a down first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ScaledPair(Vector512<byte> v, bool last, Vector512<byte> scales) =>
        Avx512BW.MultiplyHigh(PairToTop(v, last), scales.AsInt16() << 8).AsByte();

    /// <summary>Byte <paramref name="index"/> of each dword in all of its bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Copies(Vector512<byte> v, int index) => Avx512BW.Shuffle(v, Vector512.Create(
        QuadBytes.Copies0, QuadBytes.Copies8, QuadBytes.Copies0, QuadBytes.Copies8,
        QuadBytes.Copies0, QuadBytes.Copies8, QuadBytes.Copies0, QuadBytes.Copies8).AsByte() + Vector512.Create((byte)index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Affine(Vector512<byte> v, ulong matrix) =>
        Gfni.V512.GaloisFieldAffineTransform(v, Vector512.Create(matrix).AsByte(), 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> PairToTop(Vector512<byte> v, bool last) => last
        ? ToTop(v, QuadBytes.PairToWords0 + 2 * QuadBytes.NextByte, QuadBytes.PairToWords8 + 2 * QuadBytes.NextByte)
        : ToTop(v, QuadBytes.PairToWords0, QuadBytes.PairToWords8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> ToTop(Vector512<byte> v, ulong lower, ulong upper) =>
        Avx512BW.Shuffle(v, Vector512.Create(lower, upper, lower, upper, lower, upper, lower, upper).AsByte()).AsInt16();
}
