using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Activations of blocks whose 16 bytes hold weight i in the low and weight i + 16 in the high nibble: one vector for the
/// low nibbles of four blocks (lane k: block k) and one for the high ones; then <c>-offset</c> times the sum of each
/// block, four times as dwords, for quants with an offset.
/// </summary>
internal sealed unsafe class NibbleLayout(int offset) : SmallBlockLayout
{
    /// <summary>Bytes of four packed blocks.</summary>
    public const int Size = 320;

    /// <summary>Where the dwords of the offset begin.</summary>
    public const int OffsetsOffset = 128;

    public override int PackedBytes => Size;

    protected override void PackQuants(sbyte* quants, float* sums, byte* target)
    {
        for (var k = 0; k < 4; k++)
        {
            Vector128.Load(quants + 32 * k).Store((sbyte*)target + 16 * k);
            Vector128.Load(quants + 32 * k + 16).Store((sbyte*)target + 64 + 16 * k);
            Vector128.Create(-offset * (int)sums[k]).Store((int*)(target + OffsetsOffset + 16 * k));
        }
    }
}
