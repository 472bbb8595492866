using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Activations for cells that transpose four rows of weights: lane L of their vector c (of 0 to 3) holds columns 4c to
/// 4c + 3 of 16, of row a, b, c and d. So every dword of a lane here is the same four activations.
/// <code>
/// byte 256 s + 64 c + 16 L + 4 r     four activations: columns 4c .. of the 16 that slot s multiplies in lane L
/// </code>
/// </summary>
/// <param name="sixteens">For slot s and lane L, at 4s + L: which run of 16 of the block's 256 activations.</param>
internal abstract unsafe class TransposedLayout(byte[] sixteens) : SuperBlockLayout
{
    /// <summary>Where the sums begin that a format adds to the transposed activations.</summary>
    public const int SumsOffset = 1024;

    protected sealed override void PackBlock(sbyte* quants, short* sums, byte* target)
    {
        for (var slot = 0; slot < 4; slot++)
        {
            var lanes = Vector512.Create(
                Vector256.Create(Sixteen(quants, 4 * slot), Sixteen(quants, 4 * slot + 1)),
                Vector256.Create(Sixteen(quants, 4 * slot + 2), Sixteen(quants, 4 * slot + 3)));
            var columns = target + 256 * slot;
            Avx512F.Shuffle(lanes, 0x00).Store((int*)columns);
            Avx512F.Shuffle(lanes, 0x55).Store((int*)(columns + 64));
            Avx512F.Shuffle(lanes, 0xAA).Store((int*)(columns + 128));
            Avx512F.Shuffle(lanes, 0xFF).Store((int*)(columns + 192));
        }
        PackSums(sums, target);
    }

    /// <summary>Adds what the format needs beside the activations; <paramref name="sums"/> are those of each 16.</summary>
    protected abstract void PackSums(short* sums, byte* target);

    private Vector128<int> Sixteen(sbyte* quants, int index) => Vector128.Load((int*)(quants + 16 * sixteens[index]));
}
