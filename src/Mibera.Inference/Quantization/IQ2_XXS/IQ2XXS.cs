using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// IQ2_XXS: 256 weights in 66 bytes, 2.0625 bits per weight.
//
// byte   0   d        f16
//        2   codes    8 x 8 bytes, one run for 32 weights:
//                     byte 0-3   grid index of groups 0-3
//                     byte 4-7   32 bits: 4 x 7 signs (the eighth is their parity), then the scale in the top four

/// <summary>
/// Groups of 8 from a grid of 256, with seven signs each; sub-blocks of 32 with 4-bit scales:
/// <c>w = d / 8 * (2 s + 1) * (+-grid)</c>.
/// </summary>
internal readonly unsafe partial struct IQ2XXS : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ2_XXS;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 256;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale * 0.125f;
        for (var k = 0; k < 8; k++)
        {
            var indices = b->Codes + 8 * k;
            var signsAndScale = Unsafe.ReadUnaligned<uint>(indices + 4);
            result.SetScales(2 * k, 2, 2 * (int)(signsAndScale >> 28) + 1);
            for (var g = 0; g < 4; g++)
            {
                var signs = Grids.EvenSigns((signsAndScale >> (7 * g)) & 127);
                Grids.Store(ref result, 32 * k + 8 * g, Grids.Iq2Xxs[indices[g]], signs);
            }
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public fixed byte Codes[64];
    }
}
