using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// Q6_K: 256 weights in 210 bytes, 6.5625 bits per weight. Weights come in two runs of 128, each of four groups of 32.
//
// byte   0   low      2 x 64 bytes, one half for a run: byte i holds bits 0-3 of weight i (low nibble) and i + 64 (high
//                     nibble)
//      128   high     2 x 32 bytes, one half for a run: bits 2k and 2k + 1 of byte i are bits 4-5 of weight 32 k + i
//      192   scales   16 signed bytes, one for 16 weights
//      208   d        f16

/// <summary>
/// 6-bit, sub-blocks of 16 with int8 scales: <c>w = d s (q - 32)</c>.
/// </summary>
internal readonly unsafe partial struct Q6K : IBlockFormat
{
    public static GgmlType Type => GgmlType.Q6_K;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 256;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale;
        for (var j = 0; j < 16; j++)
            result.Scales[j] = b->Scales[j];
        for (var group = 0; group < 8; group++)
        {
            var (run, k) = (group / 4, group % 4);
            var low = b->Low + 64 * run + 32 * (k % 2);
            var high = b->High + 32 * run;
            for (var i = 0; i < 32; i++)
            {
                var quant = ((low[i] >> (k / 2 * 4)) & 15) | (((high[i] >> (2 * k)) & 3) << 4);
                result.Weights[32 * group + i] = (sbyte)(quant - 32);
            }
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public fixed byte Low[128];
        public fixed byte High[64];
        public fixed sbyte Scales[16];
        public Half Scale;
    }
}
