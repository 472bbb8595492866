using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// The place of eight consecutive rows in a panel, whose groups have 4, 8 or 16. What is unpacked row beside row fills panels by eight
/// rows on every instruction set: on Zen 4 that takes half the time of filling them by sixteen.
/// </summary>
internal readonly unsafe struct EightRows<TFormat, TProducts, TUnpack, TIsa, TVector>
    where TFormat : struct, IVectorFormat
    where TProducts : struct, IProducts
    where TUnpack : struct, IIsa
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    private readonly byte* _weights;

    /// <param name="panel">The panel.</param>
    /// <param name="row">The first row, a multiple of eight.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public EightRows(byte* panel, int row) =>
        _weights = panel + row / TIsa.Rows * PanelShape<TFormat, TProducts, TIsa, TVector>.GroupBytes + row % TIsa.Rows * 4;

    /// <summary>Stores the i-th vector of weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreWeights(int i, Vector256<byte> weights) => Store(weights, _weights + i * 4 * TIsa.Rows);

    /// <summary>Stores what is not weights at an offset of <see cref="PanelLayout"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreBeside(int offset, Vector256<byte> values) =>
        Store(values, _weights + PanelShape<TFormat, TProducts, TIsa, TVector>.WeightsEnd + offset * 4 * TIsa.Rows);

    /// <summary>Stores the scales of two sub-blocks of 16, given as the words of each dword.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreScalePair(int subBlock, Vector256<byte> pairs)
    {
        var dwords = pairs.AsInt32();
        if (TIsa.SumsAreWords)
        {
            StoreBeside(PanelLayout.ScalesOffset + subBlock, ((dwords & Vector256.Create(0xffff)) | dwords << 16).AsByte());
            StoreBeside(PanelLayout.ScalesOffset + subBlock + 1, (dwords >>> 16 | (dwords & Vector256.Create(~0xffff))).AsByte());
        }
        else
        {
            StoreBeside(PanelLayout.ScalesOffset + subBlock, (dwords << 16 >> 16).AsByte());
            StoreBeside(PanelLayout.ScalesOffset + subBlock + 1, (dwords >> 16).AsByte());
        }
    }

    /// <summary>Stores the scales of four sub-blocks, given as signed bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreScales(int first, Vector256<byte> scales)
    {
        StoreScale(first, scales, 0);
        StoreScale(first + 1, scales, 1);
        StoreScale(first + 2, scales, 2);
        StoreScale(first + 3, scales, 3);
    }

    /// <summary>Stores the minimums of four sub-blocks, given as bytes of at most 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreMins(int first, Vector256<byte> mins)
    {
        StoreBeside(PanelLayout.MinsOffset + first / 2, SubBlockBytes<TUnpack>.Pair(mins, last: false));
        StoreBeside(PanelLayout.MinsOffset + first / 2 + 1, SubBlockBytes<TUnpack>.Pair(mins, last: true));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StoreScale(int subBlock, Vector256<byte> scales, int index)
    {
        var scale = SubBlockBytes<TUnpack>.Scale(scales, index, TIsa.SumsAreWords);
        var offset = PanelLayout.ScalesOffset + subBlock * (TFormat.ScaleSpan / 16);
        StoreBeside(offset, scale);
        // The micro-kernel reads every second one when it takes 32 weights at once.
        if (TFormat.ScaleSpan == 32 && TProducts.Depth < 8)
            StoreBeside(offset + 1, scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<byte> values, byte* target)
    {
        if (TIsa.Rows >= 8)
        {
            values.Store(target);
            return;
        }
        values.GetLower().Store(target);
        values.GetUpper().Store(target + PanelShape<TFormat, TProducts, TIsa, TVector>.GroupBytes);
    }
}
