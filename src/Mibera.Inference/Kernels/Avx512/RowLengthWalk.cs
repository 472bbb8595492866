using Mibera.Inference.Kernels.Batch;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// <see cref="SixteenRowWalk"/> for short rows, <see cref="EightRowWalk{TOrder}"/> for long ones, as Zen 4 has it: with two threads from
/// memory, when kernels of K-quants still loaded 1 KB of activations a block, rows of 1.7 to 3.5 KB (5120 weights of Q2_K to Q5_K) are 3
/// to 8 % faster with sixteen, rows of 7.7 to 12 KB (17920 weights) 2 to 12 % slower; Q2_K's of 5.9 KB 7 % faster.
/// </summary>
internal readonly unsafe struct RowLengthWalk : IWalk
{
    private const int LongRow = 7168;

    public static int Rows => SixteenRowWalk.Rows;

    public static bool InStreams => false;

    public static nint AheadPart(nint stride, int blockBytes, int parts) => ReadAhead.Part<AdjacentRows>(stride, blockBytes, parts);

    public static void Run<TCell, TPasses>(
        byte* data, nint stride, int rows, int blocks, byte* activations, float* activationScales, nint distance, float* output)
        where TCell : struct, ISuperBlockCell
        where TPasses : struct, ICount
    {
        if (stride < LongRow)
            SixteenRowWalk.Run<TCell, TPasses>(data, stride, rows, blocks, activations, activationScales, distance, output);
        else
            EightRowWalk<AdjacentRows>.Run<TCell, TPasses>(data, stride, rows, blocks, activations, activationScales, distance, output);
    }
}
