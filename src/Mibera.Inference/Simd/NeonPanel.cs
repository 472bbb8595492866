using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Mibera.Inference.Simd;

/// <summary>Four rows; signed bytes multiply to int32 at once (SDOT).</summary>
internal readonly unsafe struct NeonPanel : IPanelIsa<Vector128<byte>>
{
    public static int Rows => 4;

    public static int InputsAtOnce => 4;

    public static bool OneFactorUnsigned => false;

    public static bool SumsAreWords => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(byte* source) => Vector128.LoadAligned(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<byte> value, byte* target) => value.StoreAligned(target);

    /// <summary>.NET has no prefetch intrinsic for arm64.</summary>
    public static void Prefetch(byte* address)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Broadcast(byte* dword) => Vector128.Create(*(int*)dword).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Dot(Vector128<byte> unsigned, Vector128<byte> signed) => Dot(Vector128<byte>.Zero, unsigned, signed);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Dot(Vector128<byte> sums, Vector128<byte> unsigned, Vector128<byte> signed) =>
        Dp.DotProduct(sums.AsInt32(), unsigned.AsSByte(), signed.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddScaled(Vector128<byte> accumulator, Vector128<byte> sums, Vector128<byte> scales) =>
        AdvSimd.MultiplyAdd(accumulator.AsInt32(), sums.AsInt32(), scales.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddSums(Vector128<byte> accumulator, Vector128<byte> sums) => Add(accumulator, sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> DotWords(Vector128<byte> a, Vector128<byte> b)
    {
        var lower = AdvSimd.MultiplyWideningLower(a.AsInt16().GetLower(), b.AsInt16().GetLower());
        var upper = AdvSimd.MultiplyWideningUpper(a.AsInt16(), b.AsInt16());
        return AdvSimd.Arm64.AddPairwise(lower, upper).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Add(Vector128<byte> a, Vector128<byte> b) => (a.AsInt32() + b.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Subtract(Vector128<byte> a, Vector128<byte> b) => (a.AsInt32() - b.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddBytes(Vector128<byte> a, Vector128<byte> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Set(byte value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Or(Vector128<byte> a, Vector128<byte> b) => a | b;

    // There are no shifts of bytes: words do, since the mask drops what comes from the neighbour.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Bits(Vector128<byte> v, int shift, byte mask) =>
        (v.AsUInt16() >>> shift).AsByte() & Vector128.Create(mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> BitsUp(Vector128<byte> v, int shift, byte mask) => (v.AsUInt16() << shift).AsByte() & Vector128.Create(mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ByteScales(Vector128<byte> bytes, int index) =>
        (bytes.AsInt32() << (24 - 8 * index) >> 24).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> BytePair(Vector128<byte> bytes, int index)
    {
        var words = bytes.AsUInt32() >>> (8 * index);
        return ((words & Vector128.Create(0xffu)) | (words & Vector128.Create(0xff00u)) << 8).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LowScales(Vector128<byte> words) => (words.AsInt32() << 16 >> 16).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> HighScales(Vector128<byte> words) => (words.AsInt32() >> 16).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Factors(byte* scales, byte* scale) =>
        (Vector128.LoadAligned((float*)scales) * Vector128.Create(*(float*)scale)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(Vector128<byte> integers, Vector128<byte> factors, byte* target) => Vector128.FusedMultiplyAdd(
        Vector128.ConvertToSingle(integers.AsInt32()), factors.AsSingle(), Vector128.LoadAligned((float*)target)).StoreAligned((float*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplySubtract(Vector128<byte> integers, Vector128<byte> factors, byte* target) => Vector128.FusedMultiplyAdd(
        Vector128.ConvertToSingle(-integers.AsInt32()), factors.AsSingle(), Vector128.LoadAligned((float*)target)).StoreAligned((float*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAddFloat(byte* value, Vector128<byte> factors, byte* target) => Vector128.FusedMultiplyAdd(
        Vector128.Create(*(float*)value), factors.AsSingle(), Vector128.LoadAligned((float*)target)).StoreAligned((float*)target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTransposed(
        byte* first, nint stride,
        out Vector128<byte> column0, out Vector128<byte> column1, out Vector128<byte> column2, out Vector128<byte> column3)
    {
        var (row0, row1) = (Vector128.Load((uint*)first), Vector128.Load((uint*)(first + stride)));
        var (row2, row3) = (Vector128.Load((uint*)(first + 2 * stride)), Vector128.Load((uint*)(first + 3 * stride)));
        var (low01, high01) = (AdvSimd.Arm64.ZipLow(row0, row1).AsUInt64(), AdvSimd.Arm64.ZipHigh(row0, row1).AsUInt64());
        var (low23, high23) = (AdvSimd.Arm64.ZipLow(row2, row3).AsUInt64(), AdvSimd.Arm64.ZipHigh(row2, row3).AsUInt64());
        column0 = AdvSimd.Arm64.ZipLow(low01, low23).AsByte();
        column1 = AdvSimd.Arm64.ZipHigh(low01, low23).AsByte();
        column2 = AdvSimd.Arm64.ZipLow(high01, high23).AsByte();
        column3 = AdvSimd.Arm64.ZipHigh(high01, high23).AsByte();
    }
}
