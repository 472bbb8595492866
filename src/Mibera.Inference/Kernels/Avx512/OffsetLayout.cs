using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Transposed activations, and for each slot what corrects unsigned quants to <c>quant - offset</c>: minus the offset
/// times the sum of the eight activations that add up in a word, as one vector per slot.
/// </summary>
internal sealed unsafe class OffsetLayout(byte[] sixteens, int offset) : TransposedLayout(sixteens)
{
    /// <summary>Bytes of a packed block.</summary>
    public const int Size = SumsOffset + 256;

    public override int PackedBytes => Size;

    protected override void PackSums(short* sums, byte* target)
    {
        // |offset * sum| <= 4 * 8 * 127 = 4064.
        var ones = Vector512.Create((byte)1);
        for (var slot = 0; slot < 4; slot++)
        {
            var y = Vector512.Load((int*)(target + 64 * slot));
            var sum = Avx512BW.MultiplyAddAdjacent(ones, Avx512F.Shuffle(y, 0x00).AsSByte())
                + Avx512BW.MultiplyAddAdjacent(ones, Avx512F.Shuffle(y, 0x55).AsSByte())
                + Avx512BW.MultiplyAddAdjacent(ones, Avx512F.Shuffle(y, 0xAA).AsSByte())
                + Avx512BW.MultiplyAddAdjacent(ones, Avx512F.Shuffle(y, 0xFF).AsSByte());
            (sum * (short)-offset).Store((short*)(target + SumsOffset + 64 * slot));
        }
    }
}
