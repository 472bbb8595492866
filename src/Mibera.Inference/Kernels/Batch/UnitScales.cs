using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>The float scales of a panel's units, and of their minimums.</summary>
internal static unsafe class UnitScales<TFormat, TProducts, TIsa, TVector>
    where TFormat : struct, IVectorFormat
    where TProducts : struct, IProducts
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    /// <summary>Converts <paramref name="bits"/> [<paramref name="units"/>, TileRows] as
    /// <see cref="IVectorFormat.ScaleBits"/> gives them.</summary>
    public static void Fill(byte* panel, int units, uint* bits)
    {
        var beside = panel + PanelShape<TFormat, TProducts, TIsa, TVector>.WeightsEnd;
        for (var unit = 0; unit < units; unit++)
        {
            for (var row = 0; row < PanelLayout.TileRows; row += Vector256<uint>.Count)
            {
                var eight = Vector256.Load(bits + unit * PanelLayout.TileRows + row);
                Store(TFormat.Scales(eight), row, beside + (PanelLayout.UnitsOffset + unit) * 4 * TIsa.Rows);
                if (TFormat.HasMins)
                    Store(TFormat.MinScales(eight), row, beside + (PanelLayout.MinUnitsOffset + unit) * 4 * TIsa.Rows);
            }
        }
    }

    /// <summary>Stores eight rows' floats, which may belong to two groups.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> floats, int row, byte* target)
    {
        Store(floats.GetLower(), row, target);
        Store(floats.GetUpper(), row + 4, target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<float> floats, int row, byte* target) => floats.Store(
        (float*)(target + row / TIsa.Rows * PanelShape<TFormat, TProducts, TIsa, TVector>.GroupBytes) + row % TIsa.Rows);
}
