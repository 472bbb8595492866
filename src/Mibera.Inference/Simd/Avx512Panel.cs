using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Simd;

/// <summary>Sixteen rows. .NET 10 has no 512-bit VNNI, so bytes multiply to int16 pairs (vpmaddubsw).</summary>
internal readonly unsafe struct Avx512Panel : IPanelIsa<Vector512<byte>>
{
    public static int Rows => 16;

    public static int InputsAtOnce => 4;

    public static bool OneFactorUnsigned => true;

    public static bool SumsAreWords => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(byte* source) => Vector512.LoadAligned(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<byte> value, byte* target) => value.StoreAligned(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* address) => Sse.Prefetch0(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Broadcast(byte* dword) => Vector512.Create(*(int*)dword).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Dot(Vector512<byte> unsigned, Vector512<byte> signed) =>
        Avx512BW.MultiplyAddAdjacent(unsigned, signed.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Dot(Vector512<byte> sums, Vector512<byte> unsigned, Vector512<byte> signed) =>
        (sums.AsInt16() + Avx512BW.MultiplyAddAdjacent(unsigned, signed.AsSByte())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddScaled(Vector512<byte> accumulator, Vector512<byte> sums, Vector512<byte> scales) =>
        Add(accumulator, DotWords(sums, scales));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddSums(Vector512<byte> accumulator, Vector512<byte> sums) =>
        Add(accumulator, DotWords(sums, Vector512<short>.One.AsByte()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> DotWords(Vector512<byte> a, Vector512<byte> b) =>
        Avx512BW.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Add(Vector512<byte> a, Vector512<byte> b) => (a.AsInt32() + b.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Subtract(Vector512<byte> a, Vector512<byte> b) => (a.AsInt32() - b.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddBytes(Vector512<byte> a, Vector512<byte> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Set(byte value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Or(Vector512<byte> a, Vector512<byte> b) => a | b;

    // An affine transformation over GF(2) is a shift and a mask at once: byte 7 - k of its matrix is the bit that result bit k
    // comes from.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Bits(Vector512<byte> v, int shift, byte mask) => shift == 0
        ? v & Vector512.Create(mask)
        : Gfni.V512.GaloisFieldAffineTransform(v, Vector512.Create(SelectBits(mask) << shift).AsByte(), 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> BitsUp(Vector512<byte> v, int shift, byte mask) =>
        Gfni.V512.GaloisFieldAffineTransform(v, Vector512.Create(SelectBits(mask) >> shift).AsByte(), 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ByteScales(Vector512<byte> bytes, int index)
    {
        // The byte becomes the high one of both words.
        var order = index switch
        {
            0 => Vector128.Create(0x00800080, 0x04800480, 0x08800880, 0x0c800c80),
            1 => Vector128.Create(0x01800180, 0x05800580, 0x09800980, 0x0d800d80),
            2 => Vector128.Create(0x02800280, 0x06800680, 0x0a800a80, 0x0e800e80),
            _ => Vector128.Create(0x03800380, 0x07800780, 0x0b800b80, 0x0f800f80),
        };
        return (Avx512BW.Shuffle(bytes, Vector512.Create(order.AsByte())).AsInt16() >> 8).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> BytePair(Vector512<byte> bytes, int index)
    {
        var order = index == 0
            ? Vector128.Create(0x80018000, 0x80058004, 0x80098008, 0x800d800c)
            : Vector128.Create(0x80038002, 0x80078006, 0x800b800a, 0x800f800e);
        return Avx512BW.Shuffle(bytes, Vector512.Create(order.AsByte()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LowScales(Vector512<byte> words) =>
        ((words.AsInt32() & Vector512.Create(0xffff)) | words.AsInt32() << 16).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> HighScales(Vector512<byte> words) =>
        (words.AsInt32() >>> 16 | (words.AsInt32() & Vector512.Create(unchecked((int)0xffff0000)))).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Factors(byte* scales, byte* scale) =>
        (Vector512.LoadAligned((float*)scales) * Vector512.Create(*(float*)scale)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(Vector512<byte> integers, Vector512<byte> factors, byte* target) => Vector512.FusedMultiplyAdd(
        Vector512.ConvertToSingle(integers.AsInt32()), factors.AsSingle(), Vector512.LoadAligned((float*)target)).StoreAligned((float*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplySubtract(Vector512<byte> integers, Vector512<byte> factors, byte* target) => Avx512F.FusedMultiplyAddNegated(
        Vector512.ConvertToSingle(integers.AsInt32()), factors.AsSingle(), Vector512.LoadAligned((float*)target)).StoreAligned((float*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAddFloat(byte* value, Vector512<byte> factors, byte* target) => Vector512.FusedMultiplyAdd(
        Vector512.Create(*(float*)value), factors.AsSingle(), Vector512.LoadAligned((float*)target)).StoreAligned((float*)target);

    // Lane L of the i-th vector holds row 4 L + i, so that the transposition within lanes puts the rows in order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTransposed(
        byte* first, nint stride,
        out Vector512<byte> column0, out Vector512<byte> column1, out Vector512<byte> column2, out Vector512<byte> column3) =>
        (column0, column1, column2, column3) = Zmm.Transpose(
            Zmm.LoadLanes(first, 4 * stride), Zmm.LoadLanes(first + stride, 4 * stride),
            Zmm.LoadLanes(first + 2 * stride, 4 * stride), Zmm.LoadLanes(first + 3 * stride, 4 * stride));

    /// <summary>The matrix that keeps the bits of <paramref name="mask"/> where they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SelectBits(byte mask) => mask * 0x0101010101010101ul & 0x0102040810204080ul;
}
