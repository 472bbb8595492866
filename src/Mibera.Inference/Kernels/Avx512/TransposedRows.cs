using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// 64 bytes of eight rows, as four columns: dword r of lane L of <c>Cc.A</c> is dword c of lane L of row r, that of <c>Cc.B</c> of
/// row r + 4. All four dwords meet the same activations, so they need no storage of their own: a shuffle takes them from
/// <see cref="TransposedLayout"/>, for eight rows at once.
/// </summary>
internal readonly unsafe struct TransposedRows
{
    public readonly TwoZmm<byte> C0;
    public readonly TwoZmm<byte> C1;
    public readonly TwoZmm<byte> C2;
    public readonly TwoZmm<byte> C3;

    /// <summary>From rows as they are: a vector of rows 0 and 4, of 1 and 5, 2 and 6, 3 and 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TransposedRows(TwoZmm<byte> rows0, TwoZmm<byte> rows1, TwoZmm<byte> rows2, TwoZmm<byte> rows3)
    {
        var (a0, a1, a2, a3) = Zmm.Transpose(rows0.A, rows1.A, rows2.A, rows3.A);
        var (b0, b1, b2, b3) = Zmm.Transpose(rows0.B, rows1.B, rows2.B, rows3.B);
        (C0, C1, C2, C3) = (new(a0, b0), new(a1, b1), new(a2, b2), new(a3, b3));
    }

    /// <summary>64 bytes of rows <paramref name="stride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TransposedRows Load(byte* first, nint stride) => new(
        TwoZmm.Load(first, 4 * stride), TwoZmm.Load(first + stride, 4 * stride),
        TwoZmm.Load(first + 2 * stride, 4 * stride), TwoZmm.Load(first + 3 * stride, 4 * stride));

    /// <summary>32 bytes of each row, in both halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TransposedRows LoadTwice(byte* first, nint stride) => new(
        TwoZmm.LoadTwice(first, 4 * stride), TwoZmm.LoadTwice(first + stride, 4 * stride),
        TwoZmm.LoadTwice(first + 2 * stride, 4 * stride), TwoZmm.LoadTwice(first + 3 * stride, 4 * stride));

    /// <summary>Products of the weights of column 0 with the <paramref name="activations"/> of a slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<short> Multiply0(TwoZmm<byte> weights, Vector512<int> activations) =>
        TwoZmm.MultiplyAddAdjacent(weights, Avx512F.Shuffle(activations, 0x00).AsSByte());

    /// <summary>Products of the weights of column 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<short> Multiply1(TwoZmm<byte> weights, Vector512<int> activations) =>
        TwoZmm.MultiplyAddAdjacent(weights, Avx512F.Shuffle(activations, 0x55).AsSByte());

    /// <summary>Products of the weights of column 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<short> Multiply2(TwoZmm<byte> weights, Vector512<int> activations) =>
        TwoZmm.MultiplyAddAdjacent(weights, Avx512F.Shuffle(activations, 0xAA).AsSByte());

    /// <summary>Products of the weights of column 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<short> Multiply3(TwoZmm<byte> weights, Vector512<int> activations) =>
        TwoZmm.MultiplyAddAdjacent(weights, Avx512F.Shuffle(activations, 0xFF).AsSByte());
}
