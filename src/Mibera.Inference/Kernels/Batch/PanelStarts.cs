using System.Runtime.CompilerServices;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// What the int32 sums of a panel start with where activations are shifted by 127: minus the product of the weights with 127.
/// Where sums of words wrap, the same as words for three quads of four.
/// </summary>
internal static unsafe class PanelStarts<TFormat, TProducts, TIsa, TVector>
    where TFormat : struct, IVectorFormat
    where TProducts : struct, IProducts
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    private static int VectorBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4 * TIsa.Rows;
    }

    private static int WeightsEnd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => PanelLayout.Chunk / 4 * VectorBytes;
    }

    /// <summary>Four weights, added up as bytes, are in [-128, 124].</summary>
    private static bool AddsQuads
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => PanelShape<TFormat, TProducts, TIsa, TVector>.MaxWeight <= 32;
    }

    /// <summary>Completes the first <paramref name="units"/> units of a panel's groups.</summary>
    public static void Fill(byte* panel, int units)
    {
        var shift = 0x7f7f7f7f;
        var shifts = TIsa.Broadcast((byte*)&shift);
        for (var row = 0; row < PanelLayout.TileRows; row += TIsa.Rows)
        {
            var quads = panel;
            var beside = panel + WeightsEnd;
            for (var u = 0; u < units; u++)
            {
                TVector sum = default;
                for (var j = 0; j < TFormat.UnitElements / 16; j++, quads += 4 * VectorBytes)
                    sum = AddSubBlock(sum, quads, shifts, beside + (PanelLayout.ScalesOffset + j) * VectorBytes);
                TIsa.Store(TIsa.Subtract(default, sum), beside + (PanelLayout.StartsOffset + u) * VectorBytes);
            }
            panel += WeightsEnd + PanelLayout.VectorsBesideWeights * VectorBytes;
        }
    }

    /// <summary>Adds 127 times the sum of 16 weights, or of the four that have no correction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddSubBlock(TVector sum, byte* quads, TVector shifts, byte* scales)
    {
        var (q0, q1) = (TIsa.Load(quads), TIsa.Load(quads + VectorBytes));
        var (q2, q3) = (TIsa.Load(quads + 2 * VectorBytes), TIsa.Load(quads + 3 * VectorBytes));
        if (PanelShape<TFormat, TProducts, TIsa, TVector>.Wraps)
        {
            // In a word: 6 * 127 * 43 = 32766.
            var correction = TIsa.SubtractWords(default, TIsa.Dot(TIsa.Dot(TIsa.Dot(shifts, q0), shifts, q1), shifts, q2));
            TIsa.Store(correction, scales + (PanelLayout.CorrectionsOffset - PanelLayout.ScalesOffset) * VectorBytes);
            return Add(sum, TIsa.Dot(shifts, q3), scales);
        }
        // In a word: 2 * 127 * 128 = 32512.
        if (AddsQuads)
            return Add(sum, TIsa.Dot(shifts, TIsa.AddBytes(TIsa.AddBytes(q0, q1), TIsa.AddBytes(q2, q3))), scales);
        sum = Add(Add(sum, TIsa.Dot(shifts, q0), scales), TIsa.Dot(shifts, q1), scales);
        return Add(Add(sum, TIsa.Dot(shifts, q2), scales), TIsa.Dot(shifts, q3), scales);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Add(TVector sum, TVector products, byte* scales) =>
        TFormat.HasScales ? TIsa.AddScaled(sum, products, TIsa.Load(scales)) : TIsa.AddSums(sum, products);
}
