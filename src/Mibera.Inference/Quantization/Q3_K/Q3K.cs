using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// Q3_K: 256 weights in 110 bytes, 3.4375 bits per weight.
//
// byte   0   high     32 bytes: bit k of byte i is bit 2 of weight 32 k + i
//       32   quants   2 x 32 bytes, one run for 128 weights: bits 2k and 2k + 1 of byte i are bits 0-1 of weight 32 k + i
//       96   scales   12 bytes, sixteen 6-bit scales: bytes 0-7 hold bits 0-3 of scale j (low nibble) and j + 8 (high
//                     nibble), byte 8 + i holds bits 4-5 of scales i, i + 4, i + 8, i + 12, from the lowest bits up
//      108   d        f16

/// <summary>
/// 3-bit, sub-blocks of 16 with signed 6-bit scales: <c>w = d (s - 32) (q - 4)</c>.
/// </summary>
internal readonly unsafe partial struct Q3K : IBlockFormat
{
    public static GgmlType Type => GgmlType.Q3_K;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 256;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale;
        for (var j = 0; j < 16; j++)
        {
            var low = (b->Scales[j % 8] >> (j / 8 * 4)) & 15;
            var high = (b->Scales[8 + j % 4] >> (j / 4 * 2)) & 3;
            result.Scales[j] = (short)((low | (high << 4)) - 32);
        }
        for (var k = 0; k < 8; k++)
        {
            var quants = b->Quants + k / 4 * 32;
            var shift = k % 4 * 2;
            for (var i = 0; i < 32; i++)
            {
                var (low, high) = ((quants[i] >> shift) & 3, (b->High[i] >> k) & 1);
                result.Weights[32 * k + i] = (sbyte)((low | (high << 2)) - 4);
            }
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public fixed byte High[32];
        public fixed byte Quants[64];
        public fixed byte Scales[12];
        public Half Scale;
    }
}
