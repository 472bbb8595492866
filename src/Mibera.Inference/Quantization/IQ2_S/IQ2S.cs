using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// IQ2_S: 256 weights in 82 bytes, 2.5625 bits per weight.
//
// byte   0   d        f16
//        2   indices  32 bytes, one for 8 weights: bits 0-7 of the grid index
//       34   signs    32 bytes, one for 8 weights: bit i set, weight i is negative
//       66   high     8 bytes, one for 32 weights: bits 8-9 of four grid indices, from the lowest bits up
//       74   scales   8 bytes: byte k holds scale 2k (low nibble) and 2k + 1 (high nibble)

/// <summary>
/// Groups of 8 from a grid of 1024, with eight signs each; sub-blocks of 16 with 4-bit scales:
/// <c>w = d / 8 * (2 s + 1) * (+-grid)</c>.
/// </summary>
internal readonly unsafe partial struct IQ2S : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ2_S;

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
            var index = b->Indices[g] | (((b->High[g / 4] >> (g % 4 * 2)) & 3) << 8);
            Grids.Store(ref result, 8 * g, Grids.Iq2S[index], b->Signs[g]);
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public fixed byte Indices[32];
        public fixed byte Signs[32];
        public fixed byte High[8];
        public fixed byte Scales[8];
    }
}
