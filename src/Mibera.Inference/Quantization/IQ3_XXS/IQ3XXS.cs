using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// IQ3_XXS: 256 weights in 98 bytes, 3.0625 bits per weight.
//
// byte   0   d              f16
//        2   indices        64 bytes, one for 4 weights: the grid index
//       66   signsAndScales 8 x 32 bits, one for 32 weights: 4 x 7 signs (the eighth is their parity), then the scale in
//                           the top four

/// <summary>
/// Pairs of groups of 4 from a grid of 256, with seven signs for each pair; sub-blocks of 32 with 4-bit scales:
/// <c>w = d / 4 * (2 s + 1) * (+-grid)</c>.
/// </summary>
internal readonly unsafe partial struct IQ3XXS : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ3_XXS;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 256;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale * 0.25f;
        for (var k = 0; k < 8; k++)
        {
            var signsAndScale = b->SignsAndScales[k];
            result.SetScales(2 * k, 2, 2 * (int)(signsAndScale >> 28) + 1);
            for (var g = 0; g < 4; g++)
            {
                var pair = b->Indices + 8 * k + 2 * g;
                var magnitudes = Grids.Iq3Xxs[pair[0]] | ((ulong)Grids.Iq3Xxs[pair[1]] << 32);
                Grids.Store(ref result, 32 * k + 8 * g, magnitudes, Grids.EvenSigns((signsAndScale >> (7 * g)) & 127));
            }
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public fixed byte Indices[64];
        public fixed uint SignsAndScales[8];
    }
}
