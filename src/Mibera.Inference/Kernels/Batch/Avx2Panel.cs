using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>Eight rows.</summary>
internal readonly unsafe struct Avx2Panel : IPanelIsa<Vector256<byte>>
{
    public static int Rows => 8;

    public static int InputsAtOnce => 2;

    public static bool QuadByQuad => true;

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
    public static Vector256<byte> SubtractWords(Vector256<byte> a, Vector256<byte> b) => (a.AsInt16() - b.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddBytes(Vector256<byte> a, Vector256<byte> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Factors(byte* scales, Vector256<byte> scale) =>
        (Vector256.LoadAligned((float*)scales) * scale.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MultiplyAdd(Vector256<byte> sums, Vector256<byte> integers, Vector256<byte> factors) =>
        Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(integers.AsInt32()), factors.AsSingle(), sums.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MultiplySubtract(Vector256<byte> sums, Vector256<byte> integers, Vector256<byte> factors) =>
        Fma.MultiplyAddNegated(Vector256.ConvertToSingle(integers.AsInt32()), factors.AsSingle(), sums.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MultiplyAddFloat(Vector256<byte> sums, Vector256<byte> values, Vector256<byte> factors) =>
        Vector256.FusedMultiplyAdd(values.AsSingle(), factors.AsSingle(), sums.AsSingle()).AsByte();
}
