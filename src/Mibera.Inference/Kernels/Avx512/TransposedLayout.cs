using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Activations for cells that transpose rows of weights (<see cref="TransposedRows"/>): lane L of vector s holds the 16 that slot
/// s multiplies in lane L.
/// <code>
/// byte 64 s + 16 L + i     activation i of that run
/// </code>
/// </summary>
/// <param name="sixteens">For slot s and lane L, at 4s + L: which run of 16 of the block's 256 activations.</param>
internal abstract unsafe class TransposedLayout(byte[] sixteens) : SuperBlockLayout
{
    /// <summary>Where the sums begin that a format adds to the transposed activations.</summary>
    public const int SumsOffset = 256;

    protected sealed override void PackBlock(sbyte* quants, short* sums, byte* target)
    {
        for (var i = 0; i < sixteens.Length; i++)
            Vector128.Load(quants + 16 * sixteens[i]).Store((sbyte*)target + 16 * i);
        PackSums(sums, target);
    }

    /// <summary>Adds what the format needs beside the activations; <paramref name="sums"/> are those of each 16.</summary>
    protected abstract void PackSums(short* sums, byte* target);
}
