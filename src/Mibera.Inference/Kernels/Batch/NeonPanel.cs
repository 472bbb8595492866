using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>Four rows; signed bytes multiply to int32 at once (SDOT).</summary>
internal readonly unsafe struct NeonPanel : IPanelIsa<Vector128<byte>>
{
    public static int Rows => 4;

    public static int InputsAtOnce => 4;

    public static bool QuadByQuad => false;

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
}
