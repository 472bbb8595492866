using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Activations for formats whose bytes hold several consecutive weights: vector k has activation <c>weights * b + k</c> of
/// the four units for byte b. Then come minus the sums of the units, four times as dwords, for weights with an offset of 1.
/// </summary>
internal abstract unsafe class UnitRunsLayout : SmallBlockLayout
{
    /// <summary>Minus the sum of each unit, for four rows.</summary>
    protected static void PackOffsets(float* sums, byte* target)
    {
        for (var k = 0; k < 4; k++)
            Vector128.Create(-(int)sums[k]).Store((int*)target + 4 * k);
    }
}
