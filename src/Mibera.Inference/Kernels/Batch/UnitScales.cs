using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>The float scales of a panel's units, and of their minimums.</summary>
internal static unsafe class UnitScales<TFormat, TProducts, TUnpack, TIsa, TVector>
    where TFormat : struct, IVectorFormat
    where TProducts : struct, IProducts
    where TUnpack : struct, IIsa
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    /// <summary>Copies the bits of a unit of <paramref name="rows"/> rows (a constant, a multiple of four).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyBits(byte* block, nint stride, int unit, int rows, uint* bits)
    {
        for (var end = bits + rows; bits < end; bits += 4, block += 4 * stride)
        {
            bits[0] = TFormat.ScaleBits(block, unit);
            bits[1] = TFormat.ScaleBits(block + stride, unit);
            bits[2] = TFormat.ScaleBits(block + 2 * stride, unit);
            bits[3] = TFormat.ScaleBits(block + 3 * stride, unit);
        }
    }

    /// <summary>Converts <paramref name="bits"/> [<paramref name="units"/>, TileRows] as
    /// <see cref="IVectorFormat.ScaleBits"/> gives them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(byte* panel, int units, uint* bits)
    {
        for (var row = 0; row < PanelLayout.TileRows; row += 8)
        {
            var target = new PanelRows<TFormat, TProducts, EightRowQuads<TUnpack>, Vector256<byte>, TIsa, TVector>(panel, row);
            for (var unit = 0; unit < units; unit++)
            {
                var eight = Vector256.Load(bits + unit * PanelLayout.TileRows + row);
                target.StoreBeside(PanelLayout.UnitsOffset + unit, TFormat.Scales(eight).AsByte());
                if (TFormat.HasMins)
                    target.StoreBeside(PanelLayout.MinUnitsOffset + unit, TFormat.MinScales(eight).AsByte());
            }
        }
    }
}
