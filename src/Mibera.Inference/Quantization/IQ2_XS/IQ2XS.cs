using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// IQ2_XS: 256 weights in 74 bytes, 2.3125 bits per weight.
//
// byte   0   d        f16
//        2   codes    32 x 16 bits, one for 8 weights: bits 0-8 the grid index, bits 9-15 seven signs (the eighth is their
//                     parity)
//       66   scales   8 bytes: byte k holds scale 2k (low nibble) and 2k + 1 (high nibble)

/// <summary>
/// Groups of 8 from a grid of 512, with seven signs each; sub-blocks of 16 with 4-bit scales:
/// <c>w = d / 8 * (2 s + 1) * (+-grid)</c>.
/// </summary>
internal readonly unsafe partial struct IQ2XS : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ2_XS;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 256;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale * 0.125f;
        for (var j = 0; j < 16; j++)
            result.Scales[j] = (short)(2 * ((b->Scales[j / 2] >> (j % 2 * 4)) & 15) + 1);
        for (var g = 0; g < 32; g++)
        {
            var code = b->Codes[g];
            Grids.Store(ref result, 8 * g, Grids.Iq2Xs[code & 511], Grids.EvenSigns((uint)code >> 9));
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public fixed ushort Codes[32];
        public fixed byte Scales[8];
    }
}
