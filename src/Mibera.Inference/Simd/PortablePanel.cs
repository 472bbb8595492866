using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Simd;

/// <summary>Four rows, with .NET's portable vectors alone.</summary>
internal readonly unsafe struct PortablePanel : IPanelIsa<Vector128<byte>>
{
    public static int Rows => 4;

    public static int InputsAtOnce => 2;

    public static bool OneFactorUnsigned => false;

    public static bool SumsAreWords => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(byte* source) => Vector128.LoadAligned(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<byte> value, byte* target) => value.StoreAligned(target);

    /// <summary>There is no portable hint.</summary>
    public static void Prefetch(byte* address)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Broadcast(byte* dword) => Vector128.Create(*(int*)dword).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Dot(Vector128<byte> unsigned, Vector128<byte> signed) =>
        AddQuads(
            Vector128.WidenLower(unsigned.AsSByte()) * Vector128.WidenLower(signed.AsSByte()),
            Vector128.WidenUpper(unsigned.AsSByte()) * Vector128.WidenUpper(signed.AsSByte()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Dot(Vector128<byte> sums, Vector128<byte> unsigned, Vector128<byte> signed) => Add(sums, Dot(unsigned, signed));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddScaled(Vector128<byte> accumulator, Vector128<byte> sums, Vector128<byte> scales) =>
        (accumulator.AsInt32() + sums.AsInt32() * scales.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddSums(Vector128<byte> accumulator, Vector128<byte> sums) => Add(accumulator, sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> DotWords(Vector128<byte> a, Vector128<byte> b) =>
        ((a.AsInt32() << 16 >> 16) * (b.AsInt32() << 16 >> 16) + (a.AsInt32() >> 16) * (b.AsInt32() >> 16)).AsByte();

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
        var row0 = (uint*)first;
        var row1 = (uint*)(first + stride);
        var row2 = (uint*)(first + 2 * stride);
        var row3 = (uint*)(first + 3 * stride);
        column0 = Vector128.Create(row0[0], row1[0], row2[0], row3[0]).AsByte();
        column1 = Vector128.Create(row0[1], row1[1], row2[1], row3[1]).AsByte();
        column2 = Vector128.Create(row0[2], row1[2], row2[2], row3[2]).AsByte();
        column3 = Vector128.Create(row0[3], row1[3], row2[3], row3[3]).AsByte();
    }

    /// <summary>The sums of four consecutive products; one product is at most 128 * 127 and fits int16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> AddQuads(Vector128<short> lower, Vector128<short> upper)
    {
        var (lowerPairs, upperPairs) = (AddPairs(lower.AsInt32()).AsInt64(), AddPairs(upper.AsInt32()).AsInt64());
        // The low half of every qword, modulo 2^32; narrowing drops the other.
        return Vector128.Narrow(lowerPairs + (lowerPairs >> 32), upperPairs + (upperPairs >> 32)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> AddPairs(Vector128<int> words) => (words << 16 >> 16) + (words >> 16);
}
