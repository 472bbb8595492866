using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// IQ4_XS: 256 weights in 136 bytes, 4.25 bits per weight.
//
// byte   0   d          f16
//        2   scalesHigh 16 bits: bits 2k and 2k + 1 are bits 4-5 of scale k
//        4   scalesLow  4 bytes: byte k holds bits 0-3 of scale 2k (low nibble) and 2k + 1 (high nibble)
//        8   quants     8 x 16 bytes: byte i holds weight i (low nibble) and weight i + 16 (high nibble) of 32

/// <summary>
/// 4-bit codes into the codebook of IQ4_NL, sub-blocks of 32 with signed 6-bit scales:
/// <c>w = d (s - 32) codebook[q]</c>.
/// </summary>
internal readonly unsafe partial struct IQ4XS : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ4_XS;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 256;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale;
        for (var k = 0; k < 8; k++)
        {
            var low = (b->ScalesLow[k / 2] >> (k % 2 * 4)) & 15;
            var high = (b->ScalesHigh >> (2 * k)) & 3;
            result.SetScales(2 * k, 2, (low | (high << 4)) - 32);
            Codebooks.StoreNibbles(ref result, 32 * k, b->Quants + 16 * k, 16, Codebooks.Iq4Nl);
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public ushort ScalesHigh;
        public fixed byte ScalesLow[4];
        public fixed byte Quants[128];
    }
}
