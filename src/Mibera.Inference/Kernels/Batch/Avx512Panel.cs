using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>Sixteen rows. .NET 10 has no 512-bit VNNI, so bytes multiply to int16 pairs (vpmaddubsw).</summary>
internal readonly unsafe struct Avx512Panel : IPanelIsa<Vector512<byte>>
{
    public static int Rows => 16;

    public static int InputsAtOnce => 4;

    public static bool QuadByQuad => false;

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
    public static Vector512<byte> SubtractWords(Vector512<byte> a, Vector512<byte> b) => (a.AsInt16() - b.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddBytes(Vector512<byte> a, Vector512<byte> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Factors(byte* scales, Vector512<byte> scale) =>
        (Vector512.LoadAligned((float*)scales) * scale.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplyAdd(Vector512<byte> sums, Vector512<byte> integers, Vector512<byte> factors) =>
        Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(integers.AsInt32()), factors.AsSingle(), sums.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplySubtract(Vector512<byte> sums, Vector512<byte> integers, Vector512<byte> factors) =>
        Avx512F.FusedMultiplyAddNegated(Vector512.ConvertToSingle(integers.AsInt32()), factors.AsSingle(), sums.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplyAddFloat(Vector512<byte> sums, Vector512<byte> values, Vector512<byte> factors) =>
        Vector512.FusedMultiplyAdd(values.AsSingle(), factors.AsSingle(), sums.AsSingle()).AsByte();
}
