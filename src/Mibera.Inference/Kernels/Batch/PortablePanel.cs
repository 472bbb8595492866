using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>Four rows, with .NET's portable vectors alone.</summary>
internal readonly unsafe struct PortablePanel : IPanelIsa<Vector128<byte>>
{
    public static int Rows => 4;

    public static int InputsAtOnce => 2;

    public static bool QuadByQuad => false;

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
        ((a.AsInt32() << 16 >> 16) * (b.AsInt32() << 16 >> 16)
            + (a.AsInt32() >> 16) * (b.AsInt32() >> 16)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Add(Vector128<byte> a, Vector128<byte> b) => (a.AsInt32() + b.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Subtract(Vector128<byte> a, Vector128<byte> b) => (a.AsInt32() - b.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SubtractWords(Vector128<byte> a, Vector128<byte> b) => (a.AsInt16() - b.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddBytes(Vector128<byte> a, Vector128<byte> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Factors(byte* scales, Vector128<byte> scale) =>
        (Vector128.LoadAligned((float*)scales) * scale.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyAdd(Vector128<byte> sums, Vector128<byte> integers, Vector128<byte> factors) =>
        Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(integers.AsInt32()), factors.AsSingle(), sums.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplySubtract(Vector128<byte> sums, Vector128<byte> integers, Vector128<byte> factors) =>
        Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(-integers.AsInt32()), factors.AsSingle(), sums.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyAddFloat(Vector128<byte> sums, Vector128<byte> values, Vector128<byte> factors) =>
        Vector128.FusedMultiplyAdd(values.AsSingle(), factors.AsSingle(), sums.AsSingle()).AsByte();

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
