using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Simd;

/// <summary>Eight rows.</summary>
internal readonly unsafe struct Avx2Panel : IPanelIsa<Vector256<byte>>
{
    public static int Rows => 8;

    public static int InputsAtOnce => 2;

    public static bool OneFactorUnsigned => true;

    public static bool SumsAreWords => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(byte* source) => Vector256.LoadAligned(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<byte> value, byte* target) => value.StoreAligned(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* address) => Sse.Prefetch0(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Broadcast(byte* dword) => Vector256.Create(*(int*)dword).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Dot(Vector256<byte> unsigned, Vector256<byte> signed) =>
        Avx2.MultiplyAddAdjacent(unsigned, signed.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Dot(Vector256<byte> sums, Vector256<byte> unsigned, Vector256<byte> signed) =>
        (sums.AsInt16() + Avx2.MultiplyAddAdjacent(unsigned, signed.AsSByte())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddScaled(Vector256<byte> accumulator, Vector256<byte> sums, Vector256<byte> scales) =>
        Add(accumulator, DotWords(sums, scales));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddSums(Vector256<byte> accumulator, Vector256<byte> sums) =>
        Add(accumulator, DotWords(sums, Vector256<short>.One.AsByte()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> DotWords(Vector256<byte> a, Vector256<byte> b) =>
        Avx2.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Add(Vector256<byte> a, Vector256<byte> b) => (a.AsInt32() + b.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Subtract(Vector256<byte> a, Vector256<byte> b) => (a.AsInt32() - b.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddBytes(Vector256<byte> a, Vector256<byte> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Set(byte value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Or(Vector256<byte> a, Vector256<byte> b) => a | b;

    // There are no shifts of bytes: words do, since the mask drops what comes from the neighbour.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Bits(Vector256<byte> v, int shift, byte mask) =>
        (v.AsUInt16() >>> shift).AsByte() & Vector256.Create(mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> BitsUp(Vector256<byte> v, int shift, byte mask) => (v.AsUInt16() << shift).AsByte() & Vector256.Create(mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> ByteScales(Vector256<byte> bytes, int index)
    {
        // The byte becomes the high one of both words.
        var order = index switch
        {
            0 => Vector128.Create(0x00800080, 0x04800480, 0x08800880, 0x0c800c80),
            1 => Vector128.Create(0x01800180, 0x05800580, 0x09800980, 0x0d800d80),
            2 => Vector128.Create(0x02800280, 0x06800680, 0x0a800a80, 0x0e800e80),
            _ => Vector128.Create(0x03800380, 0x07800780, 0x0b800b80, 0x0f800f80),
        };
        return (Avx2.Shuffle(bytes, Vector256.Create(order.AsByte())).AsInt16() >> 8).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> BytePair(Vector256<byte> bytes, int index)
    {
        var order = index == 0
            ? Vector128.Create(0x80018000, 0x80058004, 0x80098008, 0x800d800c)
            : Vector128.Create(0x80038002, 0x80078006, 0x800b800a, 0x800f800e);
        return Avx2.Shuffle(bytes, Vector256.Create(order.AsByte()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> LowScales(Vector256<byte> words) =>
        ((words.AsInt32() & Vector256.Create(0xffff)) | words.AsInt32() << 16).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> HighScales(Vector256<byte> words) =>
        (words.AsInt32() >>> 16 | (words.AsInt32() & Vector256.Create(unchecked((int)0xffff0000)))).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Factors(byte* scales, byte* scale) =>
        (Vector256.LoadAligned((float*)scales) * Vector256.Create(*(float*)scale)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(Vector256<byte> integers, Vector256<byte> factors, byte* target) => Vector256.FusedMultiplyAdd(
        Vector256.ConvertToSingle(integers.AsInt32()), factors.AsSingle(), Vector256.LoadAligned((float*)target)).StoreAligned((float*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplySubtract(Vector256<byte> integers, Vector256<byte> factors, byte* target) => Fma.MultiplyAddNegated(
        Vector256.ConvertToSingle(integers.AsInt32()), factors.AsSingle(), Vector256.LoadAligned((float*)target)).StoreAligned((float*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAddFloat(byte* value, Vector256<byte> factors, byte* target) => Vector256.FusedMultiplyAdd(
        Vector256.Create(*(float*)value), factors.AsSingle(), Vector256.LoadAligned((float*)target)).StoreAligned((float*)target);

    // Lane L of the i-th vector holds row 4 L + i, so that the transposition within lanes puts the rows in order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTransposed(
        byte* first, nint stride,
        out Vector256<byte> column0, out Vector256<byte> column1, out Vector256<byte> column2, out Vector256<byte> column3)
    {
        var (row0, row1) = (LoadLanes(first, 4 * stride), LoadLanes(first + stride, 4 * stride));
        var (row2, row3) = (LoadLanes(first + 2 * stride, 4 * stride), LoadLanes(first + 3 * stride, 4 * stride));
        var (low01, high01) = (Avx2.UnpackLow(row0, row1).AsUInt64(), Avx2.UnpackHigh(row0, row1).AsUInt64());
        var (low23, high23) = (Avx2.UnpackLow(row2, row3).AsUInt64(), Avx2.UnpackHigh(row2, row3).AsUInt64());
        column0 = Avx2.UnpackLow(low01, low23).AsByte();
        column1 = Avx2.UnpackHigh(low01, low23).AsByte();
        column2 = Avx2.UnpackLow(high01, high23).AsByte();
        column3 = Avx2.UnpackHigh(high01, high23).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> LoadLanes(byte* first, nint stride) =>
        Vector256.Create(Vector128.Load(first), Vector128.Load(first + stride)).AsUInt32();
}
