using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Sixteen rows, one block at a time: activations are loaded half as often as by <see cref="EightRowWalk"/>, and constants
/// of a cell serve twice as many rows, but memory sees sixteen streams.
/// </summary>
internal readonly unsafe struct SixteenRowWalk : IWalk
{
    public static int Rows => 16;

    [SkipLocalsInit]
    public static void Run<TCell>(
        byte* data, nint stride, int rows, int blocks, byte* activations, float* activationScales, float* output)
        where TCell : struct, ISuperBlockCell
    {
        // Products of rows 0-7 and 8-15, their minimums, and the raw scales.
        var unaligned = stackalloc byte[5 * 64 + 64];
        var sums = (Vector512<int>*)((nint)(unaligned + 63) & ~63);
        var raw = (uint*)(sums + 4);
        var constants = TCell.Constants;
        var intoFirstLevel = Prefetch.IntoFirstLevel;
        var ahead = data + 16 * stride;
        for (var r = 0; r < rows; r += 16)
        {
            var sum = Vector512<float>.Zero;
            var block = data + r * stride;
            var y = activations;
            for (var b = 0; b < blocks; b++)
            {
                for (var half = 0; half < 2; half++)
                {
                    var first = block + half * 8 * stride;
                    Prefetch.Lines(ahead, 4 * TCell.BlockBytes, intoFirstLevel);
                    Walks.StoreRawScales<TCell>(first, stride, raw + 8 * half);
                    sums[half] = TCell.EightRows(constants, first, stride, y, out var minimums);
                    if (TCell.HasMins)
                        sums[2 + half] = minimums;
                    Prefetch.Lines(ahead + 4 * TCell.BlockBytes, 4 * TCell.BlockBytes, intoFirstLevel);
                    ahead += 8 * TCell.BlockBytes;
                }
                block += TCell.BlockBytes;
                y += TCell.PackedBytes;
                var rawScales = Vector512.LoadAligned(raw);
                var yScales = Vector512.Create(activationScales[b]);
                var products = Vector512.ConvertToSingle(TCell.Finish(Zmm.AddLanePairs(sums[0], sums[1])));
                sum = Vector512.FusedMultiplyAdd(products, TCell.Scales(rawScales) * yScales, sum);
                if (TCell.HasMins)
                {
                    var minimums = Vector512.ConvertToSingle(Zmm.AddEvenAndOdd(sums[2], sums[3]));
                    sum = Avx512F.FusedMultiplyAddNegated(minimums, TCell.MinScales(rawScales) * yScales, sum);
                }
            }
            sum.Store(output + r);
        }
    }
}
