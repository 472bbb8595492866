using System.Runtime.CompilerServices;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// The place of as many consecutive rows in a panel, whose groups have 4, 8 or 16, as a vector of <typeparamref name="TQuads"/> has
/// dwords.
/// </summary>
internal readonly unsafe struct PanelRows<TFormat, TProducts, TQuads, TQuadVector, TIsa, TVector>
    where TFormat : struct, IVectorFormat
    where TProducts : struct, IProducts
    where TQuads : struct, IQuadIsa<TQuadVector>
    where TQuadVector : struct
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    /// <param name="panel">The panel.</param>
    /// <param name="row">The first row, a multiple of <see cref="IQuadIsa{TVector}.Rows"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PanelRows(byte* panel, int row) =>
        Weights = panel + row / TIsa.Rows * PanelShape<TFormat, TProducts, TIsa, TVector>.GroupBytes + row % TIsa.Rows * 4;

    /// <summary>Where the first vector of weights goes.</summary>
    public byte* Weights { get; }

    /// <summary>Stores a vector: at once, or its halves in two groups.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TQuadVector values, byte* target)
    {
        if (TQuads.Rows <= TIsa.Rows)
        {
            TQuads.Store(values, target);
            return;
        }
        TQuads.StoreHalves(values, target, target + PanelShape<TFormat, TProducts, TIsa, TVector>.GroupBytes);
    }

    /// <summary>Stores the i-th vector of weights, and the three that follow it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreWeights(nint i, in Quads<TQuads, TQuadVector> weights)
    {
        var target = Weights + i * (4 * TIsa.Rows);
        Store(weights.Q0, target);
        Store(weights.Q1, target + 4 * TIsa.Rows);
        Store(weights.Q2, target + 8 * TIsa.Rows);
        Store(weights.Q3, target + 12 * TIsa.Rows);
    }

    /// <summary>Stores four quads of bytes as eight pairs of words, from the i-th vector on, multiplied with the scales of
    /// <paramref name="subBlock"/> that were stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreScaledWords(nint i, in Quads<TQuads, TQuadVector> weights, nint subBlock)
    {
        var scales = TQuads.Load(
            Weights + PanelShape<TFormat, TProducts, TIsa, TVector>.WeightsEnd
            + (PanelLayout.ScalesOffset + subBlock * (TFormat.ScaleSpan / 16)) * (4 * TIsa.Rows));
        var target = Weights + i * (4 * TIsa.Rows);
        Store(TQuads.ScaledPair(weights.Q0, last: false, scales), target);
        Store(TQuads.ScaledPair(weights.Q0, last: true, scales), target + 4 * TIsa.Rows);
        Store(TQuads.ScaledPair(weights.Q1, last: false, scales), target + 8 * TIsa.Rows);
        Store(TQuads.ScaledPair(weights.Q1, last: true, scales), target + 12 * TIsa.Rows);
        Store(TQuads.ScaledPair(weights.Q2, last: false, scales), target + 16 * TIsa.Rows);
        Store(TQuads.ScaledPair(weights.Q2, last: true, scales), target + 20 * TIsa.Rows);
        Store(TQuads.ScaledPair(weights.Q3, last: false, scales), target + 24 * TIsa.Rows);
        Store(TQuads.ScaledPair(weights.Q3, last: true, scales), target + 28 * TIsa.Rows);
    }

    /// <summary>Stores what is not weights at an offset of <see cref="PanelLayout"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreBeside(int offset, TQuadVector values) =>
        Store(values, Weights + PanelShape<TFormat, TProducts, TIsa, TVector>.WeightsEnd + offset * 4 * TIsa.Rows);

    /// <summary>Stores the scales of four sub-blocks, given as signed bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreScales(int first, TQuadVector scales)
    {
        StoreScale(first, scales, 0);
        StoreScale(first + 1, scales, 1);
        StoreScale(first + 2, scales, 2);
        StoreScale(first + 3, scales, 3);
    }

    /// <summary>Stores the minimums of four sub-blocks, given as bytes of at most 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreMins(int first, TQuadVector mins)
    {
        StoreBeside(PanelLayout.MinsOffset + first / 2, TQuads.SignedPair(mins, last: false));
        StoreBeside(PanelLayout.MinsOffset + first / 2 + 1, TQuads.SignedPair(mins, last: true));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StoreScale(int subBlock, TQuadVector scales, int index)
    {
        var scale = TQuads.SignedByte(scales, index, TIsa.SumsAreWords);
        var offset = PanelLayout.ScalesOffset + subBlock * (TFormat.ScaleSpan / 16);
        StoreBeside(offset, scale);
        // The micro-kernel reads every second one when it takes 32 weights at once.
        if (TFormat.ScaleSpan == 32 && TProducts.Depth < 8)
            StoreBeside(offset + 1, scale);
    }
}
