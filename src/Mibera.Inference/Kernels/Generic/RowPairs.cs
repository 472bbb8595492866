using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>The sub-blocks of formats with <see cref="IVectorFormat.UnpacksRowPairs"/>, two rows at a time.</summary>
internal static unsafe class RowPairs<TFormat, TIsa>
    where TFormat : struct, IVectorFormat
    where TIsa : struct, IIsa
{
    /// <summary>Dwords from a row's scales 0 to 3 to its scales 4 to 7: those of all rows lie between.</summary>
    public const int LastScales = 4 * RowGroup.Rows;

    /// <summary>
    /// Stores the scales of two rows, <paramref name="stride"/> bytes apart, and returns their mins: rows 2 * <paramref name="pair"/>
    /// and the next of a group of <paramref name="count"/>. The last one's missing partner is itself.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Prepare(byte* block, long stride, nint pair, int count, RowGroup group)
    {
        var partner = 2 * pair + 1 < count ? block + stride : block;
        TFormat.SubBlocksOfRowPair<TIsa>(block, partner, out var first, out var last, out var mins);
        var scales = ScalesOf(2 * pair, group);
        first.Store((short*)scales);
        last.Store((short*)(scales + LastScales));
        return mins;
    }

    /// <summary>Where a row's scales 0 to 3 are, each twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int* ScalesOf(nint row, RowGroup group) => (int*)group.Scales + 4 * row;

    /// <summary>Stores the products of the mins of a pair with <paramref name="sums"/>, of 32 activations each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreMinimums(Vector256<short> mins, Vector256<short> sums, nint pair, RowGroup group) =>
        group.Minimums[pair] = TIsa.MultiplyAddPairs(Vector256<int>.Zero, mins, sums);

    /// <summary>From the sums of 16 activations those of 32, in both lanes: at most 32 * 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> SumsOf32(short* sums)
    {
        var pairs = Vector256.Load((int*)sums);
        pairs = (pairs << 16 >> 16) + (pairs >> 16);
        return Vector256.Narrow(pairs, pairs);
    }
}
