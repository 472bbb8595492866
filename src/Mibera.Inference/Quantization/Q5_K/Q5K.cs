using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// Q5_K: 256 weights in 176 bytes, 5.5 bits per weight.
//
// byte   0   d        f16
//        2   dmin     f16
//        4   scales   12 bytes, see SubBlockScales
//       16   high     32 bytes: bit k of byte i is bit 4 of weight 32 k + i
//       48   quants   4 x 32 bytes, one run for 64 weights: byte i holds bits 0-3 of weight i (low nibble) and of weight
//                     i + 32 (high nibble)

/// <summary>
/// 5-bit, sub-blocks of 32 with 6-bit scales and minimums: <c>w = d s q - dmin m</c>.
/// </summary>
internal readonly unsafe partial struct Q5K : IBlockFormat
{
    public static GgmlType Type => GgmlType.Q5_K;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 256;

    public static bool HasMins => true;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale;
        result.MinScale = (float)b->MinScale;
        SubBlockScales.Unpack(b->Scales, ref result);
        for (var run = 0; run < 4; run++)
        {
            for (var i = 0; i < 32; i++)
            {
                var quants = b->Quants[32 * run + i];
                var high = b->High[i] >> (2 * run);
                result.Weights[64 * run + i] = (sbyte)((quants & 15) | ((high & 1) << 4));
                result.Weights[64 * run + 32 + i] = (sbyte)((quants >> 4) | ((high & 2) << 3));
            }
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public Half MinScale;
        public fixed byte Scales[12];
        public fixed byte High[32];
        public fixed byte Quants[128];
    }
}
