using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// <see cref="EightRowWalk{TOrder}"/>, but <see cref="SixteenRowWalk"/> for short rows where that is faster: on Zen 4. There, with two
/// threads from memory, when kernels of K-quants still loaded 1 KB of activations a block, rows of 1.7 to 3.5 KB (5120 weights of
/// Q2_K to Q5_K) are 3 to 8 % faster with sixteen, rows of 7.7 to 12 KB (17920 weights) 2 to 12 % slower; Q2_K's of 5.9 KB 7 % faster.
/// On Zen 5 rows of 1.7 to 3.5 KB are 1 to 20 % faster with eight, whose activations, too, find room in the first-level cache.
/// </summary>
internal readonly unsafe struct RowLengthWalk : IWalk
{
    private const int LongRow = 7168;

    private static readonly bool ShortRowsBySixteen = Cpu.IsZen4OrOlder;

    public static int Rows => ShortRowsBySixteen ? SixteenRowWalk.Rows : EightRowWalk<AdjacentRows>.Rows;

    public static bool InStreams => false;

    public static void Run<TCell, TPasses>(
        byte* data, nint stride, int rows, int blocks, byte* activations, float* activationScales, byte* ahead, float* output)
        where TCell : struct, ISuperBlockCell
        where TPasses : struct, ICount
    {
        if (stride < LongRow && ShortRowsBySixteen)
            SixteenRowWalk.Run<TCell, TPasses>(data, stride, rows, blocks, activations, activationScales, ahead, output);
        else
            EightRowWalk<AdjacentRows>.Run<TCell, TPasses>(data, stride, rows, blocks, activations, activationScales, ahead, output);
    }
}
