using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Eight rows, two blocks at a time: eight streams from memory suit the hardware better than sixteen, and one vector of
/// 16 sums still serves all float work. Lanes 0, 1 of that vector are the rows' sums in the first block, lanes 2, 3 in the
/// second.
/// </summary>
internal readonly unsafe struct EightRowWalk : IWalk
{
    public static int Rows => 8;

    [SkipLocalsInit]
    public static void Run<TCell>(
        byte* data, nint stride, int rows, int blocks, byte* activations, float* activationScales, float* output)
        where TCell : struct, ISuperBlockCell
    {
        // Products of the two blocks, their minimums, and the raw scales [block][row].
        var unaligned = stackalloc byte[5 * 64 + 64];
        var sums = (Vector512<int>*)((nint)(unaligned + 63) & ~63);
        var raw = (uint*)(sums + 4);
        for (var i = 0; i < 5; i++)
            sums[i] = default;
        var constants = TCell.Constants;
        var intoFirstLevel = Prefetch.IntoFirstLevel;
        var ahead = data + 8 * stride;
        for (var r = 0; r < rows; r += 8)
        {
            var sum = Vector256<float>.Zero;
            var block = data + r * stride;
            var y = activations;
            for (var b = 0; b < blocks; b += 2)
            {
                var pair = Math.Min(2, blocks - b);
                for (var k = 0; k < pair; k++)
                {
                    Prefetch.Lines(ahead, 4 * TCell.BlockBytes, intoFirstLevel);
                    Walks.StoreRawScales<TCell>(block, stride, raw + 8 * k);
                    sums[k] = TCell.EightRows(constants, block, stride, y, out var minimums);
                    if (TCell.HasMins)
                        sums[2 + k] = minimums;
                    Prefetch.Lines(ahead + 4 * TCell.BlockBytes, 4 * TCell.BlockBytes, intoFirstLevel);
                    ahead += 8 * TCell.BlockBytes;
                    block += TCell.BlockBytes;
                    y += TCell.PackedBytes;
                }
                // The second half is stale when the number of blocks is odd; it is not used then.
                var rawScales = Vector512.LoadAligned(raw);
                var yScales = Avx512F.InsertVector256(
                    Vector512.Create(activationScales[b]), Vector256.Create(activationScales[b + 1]), 1);
                var products = Vector512.ConvertToSingle(TCell.Finish(Zmm.AddLanePairs(sums[0], sums[1])));
                var scales = TCell.Scales(rawScales) * yScales;
                var minimumProducts = Vector512<float>.Zero;
                var minScales = Vector512<float>.Zero;
                if (TCell.HasMins)
                {
                    minimumProducts = Vector512.ConvertToSingle(Zmm.AddEvenAndOdd(sums[2], sums[3]));
                    minScales = TCell.MinScales(rawScales) * yScales;
                }
                sum = Vector256.FusedMultiplyAdd(products.GetLower(), scales.GetLower(), sum);
                if (TCell.HasMins)
                    sum = Fma.MultiplyAddNegated(minimumProducts.GetLower(), minScales.GetLower(), sum);
                if (pair == 2)
                {
                    sum = Vector256.FusedMultiplyAdd(products.GetUpper(), scales.GetUpper(), sum);
                    if (TCell.HasMins)
                        sum = Fma.MultiplyAddNegated(minimumProducts.GetUpper(), minScales.GetUpper(), sum);
                }
            }
            sum.Store(output + r);
        }
    }
}
