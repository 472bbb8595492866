using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels.Batch;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Sixteen rows, one block at a time: activations come half as often from the second-level cache as with
/// <see cref="EightRowWalk{TOrder}"/>, where the first level does not hold them, and no sum waits for the one before; but memory sees
/// sixteen streams.
/// </summary>
internal readonly unsafe struct SixteenRowWalk : IWalk
{
    public static int Rows => 16;

    public static bool InStreams => false;

    public static nint AheadPart(nint stride, int blockBytes, int parts) => ReadAhead.Part<AdjacentRows>(stride, blockBytes, parts);

    [SkipLocalsInit]
    public static void Run<TCell, TPasses>(
        byte* data, nint stride, int rows, int blocks, byte* activations, float* activationScales, nint distance, float* output)
        where TCell : struct, ISuperBlockCell
        where TPasses : struct, ICount
    {
        var unaligned = stackalloc byte[WalkStep.Bytes<TCell>()];
        var step = new WalkStep(unaligned);
        var constants = TCell.Constants;
        var intoFirstLevel = Prefetch.IntoFirstLevel;
        for (var r = 0; r < rows; r += 16)
        {
            var sum = Vector512<float>.Zero;
            var block = data + r * stride;
            var ahead = block + distance;
            var y = activations;
            for (var b = 0; b < blocks; b++)
            {
                for (var half = 0; TCell.CodeBytes > 0 && half < 2; half++)
                    step.Unpack<TCell>(half, constants, block + half * 8 * stride, stride);
                for (var half = 0; half < 2; half++)
                {
                    step.EightRows<TCell, AdjacentRows, TPasses>(
                        half, constants, block + half * 8 * stride, stride, y, ahead, intoFirstLevel);
                    ahead += ReadAhead.Step<AdjacentRows>(TCell.BlockBytes);
                }
                var yScales = Vector512.Create(activationScales[b]);
                sum = Vector512.FusedMultiplyAdd(step.Products<TCell>(), TCell.Scales(step.RawScales) * yScales, sum);
                if (TCell.HasMins)
                    sum = Avx512F.FusedMultiplyAddNegated(step.Minimums(), TCell.MinScales(step.RawScales) * yScales, sum);
                block += TCell.BlockBytes;
                y += TCell.PackedBytes;
            }
            sum.Store(output + r);
        }
    }
}
