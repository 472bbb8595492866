using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// The place of eight consecutive rows in a panel, whose groups have 4, 8 or 16. Panels are filled by eight rows on every
/// instruction set: on Zen 4 that takes half the time of filling them by sixteen.
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

    /// <summary>Stores the minimums of four sub-blocks, given as bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreMins(int first, Vector256<byte> mins)
    {
        var first2 = Vector128.Create(0x80018000, 0x80058004, 0x80098008, 0x800d800c).AsByte();
        var last2 = Vector128.Create(0x80038002, 0x80078006, 0x800b800a, 0x800f800e).AsByte();
        StoreBeside(PanelLayout.MinsOffset + first / 2, TUnpack.Lookup(mins, Vector256.Create(first2, first2)));
        StoreBeside(PanelLayout.MinsOffset + first / 2 + 1, TUnpack.Lookup(mins, Vector256.Create(last2, last2)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StoreScale(int subBlock, Vector256<byte> scales, int index)
    {
        Vector256<byte> scale;
        if (TIsa.SumsAreWords)
        {
            // The byte to the top of both words, and down again.
            var top = index switch
            {
                0 => Vector128.Create(0x00800080, 0x04800480, 0x08800880, 0x0c800c80).AsByte(),
                1 => Vector128.Create(0x01800180, 0x05800580, 0x09800980, 0x0d800d80).AsByte(),
                2 => Vector128.Create(0x02800280, 0x06800680, 0x0a800a80, 0x0e800e80).AsByte(),
                _ => Vector128.Create(0x03800380, 0x07800780, 0x0b800b80, 0x0f800f80).AsByte(),
            };
            scale = (TUnpack.Lookup(scales, Vector256.Create(top, top)).AsInt16() >> 8).AsByte();
        }
        else
        {
            scale = (scales.AsInt32() << (24 - 8 * index) >> 24).AsByte();
        }
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
