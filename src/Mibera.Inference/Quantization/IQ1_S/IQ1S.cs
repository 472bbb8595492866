using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// IQ1_S: 256 weights in 50 bytes, 1.5625 bits per weight.
//
// byte   0   d        f16
//        2   indices  32 bytes, one for 8 weights: bits 0-7 of the grid index
//       34   high     8 x 16 bits, one for 32 weights: 4 x bits 8-10 of the grid indices, three bits of scale, and in the
//                     top bit the shift: set for -1/8

/// <summary>
/// Groups of 8 from a ternary grid of 2048; sub-blocks of 32 with 3-bit scales and a common shift of +-1/8:
/// <c>w = d (2 s + 1) (grid +- 1/8) = d / 8 * (2 s + 1) * (8 grid +- 1)</c>.
/// </summary>
internal readonly unsafe partial struct IQ1S : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ1_S;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 256;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale * 0.125f;
        for (var k = 0; k < 8; k++)
        {
            var high = b->High[k];
            result.SetScales(2 * k, 2, 2 * ((high >> 12) & 7) + 1);
            for (var g = 0; g < 4; g++)
            {
                var index = b->Indices[4 * k + g] | (((high >> (3 * g)) & 7) << 8);
                Grids.StoreTernary(ref result, 32 * k + 8 * g, index, negativeDelta: high >> 15 != 0);
            }
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public fixed byte Indices[32];
        public fixed ushort High[8];
    }
}
