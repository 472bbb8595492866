using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels.Batch;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Eight rows, two blocks at a time: eight streams from memory suit the hardware better than sixteen, and one vector of
/// 16 sums still serves all float work. Lanes 0, 1 of that vector are the rows' sums in the first block, lanes 2, 3 in the
/// second.
/// </summary>
internal readonly unsafe struct EightRowWalk<TOrder> : IWalk
    where TOrder : struct, IRowOrder
{
    public static int Rows => 8;

    public static bool InStreams => TOrder.InStreams;

    public static nint AheadPart(nint stride, int blockBytes, int parts) => ReadAhead.Part<TOrder>(stride, blockBytes, parts);

    [SkipLocalsInit]
    public static void Run<TCell, TPasses>(
        byte* data, nint stride, int rows, int blocks, byte* activations, float* activationScales, nint distance, float* output)
        where TCell : struct, ISuperBlockCell
        where TPasses : struct, ICount
    {
        var unaligned = stackalloc byte[WalkStep.Bytes<TCell>()];
        var step = new WalkStep(unaligned);
        // What a second block leaves there is used only where there is one, but it is converted all the same.
        step.Clear();
        var constants = TCell.Constants;
        var intoFirstLevel = Prefetch.IntoFirstLevel;
        for (var r = 0; r < rows; r += 8)
        {
            var sum = Vector256<float>.Zero;
            var block = data + r * stride;
            var ahead = block + distance;
            var y = activations;
            for (var b = 0; b < blocks; b += 2)
            {
                var pair = Math.Min(2, blocks - b);
                for (var k = 0; TCell.CodeBytes > 0 && k < pair; k++)
                    step.Unpack<TCell>(k, constants, block + k * TCell.BlockBytes, stride);
                for (var k = 0; k < pair; k++)
                {
                    step.EightRows<TCell, TOrder, TPasses>(k, constants, block, stride, y, ahead, intoFirstLevel);
                    ahead += ReadAhead.Step<TOrder>(TCell.BlockBytes);
                    block += TCell.BlockBytes;
                    y += TCell.PackedBytes;
                }
                sum = Accumulate<TCell>(step, activationScales + b, pair, sum);
            }
            sum.Store(output + r);
        }
    }

    /// <summary>Adds <paramref name="pair"/> blocks of eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Accumulate<TCell>(WalkStep step, float* activationScales, int pair, Vector256<float> sum)
        where TCell : struct, ISuperBlockCell
    {
        // After the last scale of a row comes another one, or the spare bytes of a native buffer.
        var yScales = Avx512F.InsertVector256(
            Vector512.Create(activationScales[0]), Vector256.Create(activationScales[1]), 1);
        var products = step.Products<TCell>();
        var scales = TCell.Scales(step.RawScales) * yScales;
        if (!TCell.HasMins)
        {
            sum = Vector256.FusedMultiplyAdd(products.GetLower(), scales.GetLower(), sum);
            return pair == 2 ? Vector256.FusedMultiplyAdd(products.GetUpper(), scales.GetUpper(), sum) : sum;
        }
        var minimums = step.Minimums();
        var minScales = TCell.MinScales(step.RawScales) * yScales;
        sum = Vector256.FusedMultiplyAdd(products.GetLower(), scales.GetLower(), sum);
        sum = Fma.MultiplyAddNegated(minimums.GetLower(), minScales.GetLower(), sum);
        if (pair < 2)
            return sum;
        sum = Vector256.FusedMultiplyAdd(products.GetUpper(), scales.GetUpper(), sum);
        return Fma.MultiplyAddNegated(minimums.GetUpper(), minScales.GetUpper(), sum);
    }
}
