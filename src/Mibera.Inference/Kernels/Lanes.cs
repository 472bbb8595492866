using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Kernels;

/// <summary>
/// The lane pattern of every float reduction: element i belongs to lane i % 16, each lane adds its elements in
/// ascending order, and a fixed tree joins the lanes. Machines with narrower vectors split the 16 lanes and add in the
/// same order, so the bits agree. (On AVX2 the JIT keeps a <see cref="Vector512{T}"/> in two registers: as fast, where they suffice, as
/// pairs of 256-bit vectors written by hand.)
/// </summary>
internal static unsafe class Lanes
{
    public const int Count = 16;

    /// <summary>Elements [0, <paramref name="count"/>) with zeros after them; reads nothing beyond.</summary>
    public static Vector512<float> LoadTail(float* source, int count)
    {
        var lanes = Vector512<float>.Zero;
        Unsafe.CopyBlockUnaligned(&lanes, source, (uint)count * sizeof(float));
        return lanes;
    }

    /// <summary>Stores the first <paramref name="count"/> lanes.</summary>
    public static void StoreTail(Vector512<float> lanes, float* target, int count) =>
        Unsafe.CopyBlockUnaligned(target, &lanes, (uint)count * sizeof(float));

    /// <summary>The sum by halves: lanes i + (i + 8), then i + (i + 4), i + (i + 2), i + (i + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> lanes)
    {
        var eight = lanes.GetLower() + lanes.GetUpper();
        var four = eight.GetLower() + eight.GetUpper();
        return (four[0] + four[2]) + (four[1] + four[3]);
    }

    /// <summary>The sum of integer lanes, exact in any order while it fits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum(Vector512<int> lanes)
    {
        var eight = lanes.GetLower() + lanes.GetUpper();
        var four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[1] + four[2] + four[3];
    }

    /// <summary>The largest lane. A NaN may be lost: what is computed from the lanes afterwards keeps it. Of zeros it may be either, the
    /// same one everywhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector512<float> lanes)
    {
        var eight = Greater(lanes.GetLower(), lanes.GetUpper());
        var four = Greater(eight.GetLower(), eight.GetUpper());
        four = Greater(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Greater(four, Vector128.Shuffle(four, Vector128.Create(1, 0, 3, 2)))[0];
    }

    /// <summary>
    /// a &gt; b ? a : b in each lane, so b where either is NaN or both are zeros: the order counts. The instruction of x86 does the same.
    /// (Vector512.Max would also order zeros and NaN, at thrice the cost.)
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Greater(Vector512<float> a, Vector512<float> b) => Avx512F.IsSupported
        ? Avx512F.Max(a, b)
        : Vector512.Create(Greater(a.GetLower(), b.GetLower()), Greater(a.GetUpper(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Greater(Vector256<float> a, Vector256<float> b) =>
        Avx.IsSupported ? Avx.Max(a, b) : Vector256.ConditionalSelect(Vector256.GreaterThan(a, b), a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Greater(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Max(a, b) : Vector128.ConditionalSelect(Vector128.GreaterThan(a, b), a, b);
}
