using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// Q2_K: 256 weights in 84 bytes, 2.625 bits per weight.
//
// byte   0   scales   16 bytes, one for 16 weights: scale (low nibble), minimum (high nibble)
//       16   quants   2 x 32 bytes, one run for 128 weights: bits 2k and 2k + 1 of byte i are weight 32 k + i of the run
//       80   d        f16
//       82   dmin     f16

/// <summary>
/// 2-bit, sub-blocks of 16 with 4-bit scales and minimums: <c>w = d s q - dmin m</c>.
/// </summary>
internal readonly unsafe partial struct Q2K : IBlockFormat
{
    public static GgmlType Type => GgmlType.Q2_K;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 256;

    public static bool HasMins => true;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale;
        result.MinScale = (float)b->MinScale;
        for (var j = 0; j < 16; j++)
        {
            result.Scales[j] = (short)(b->Scales[j] & 15);
            result.Mins[j] = (short)(b->Scales[j] >> 4);
        }
        for (var first = 0; first < 256; first += 32)
        {
            var quants = b->Quants + first / 128 * 32;
            var shift = first % 128 / 32 * 2;
            for (var i = 0; i < 32; i++)
                result.Weights[first + i] = (sbyte)((quants[i] >> shift) & 3);
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public fixed byte Scales[16];
        public fixed byte Quants[64];
        public Half Scale;
        public Half MinScale;
    }
}
