using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// IQ1_M: 256 weights in 56 bytes, 1.75 bits per weight.
//
// byte   0   indices  32 bytes, one for 8 weights: bits 0-7 of the grid index
//       32   high     16 bytes, a nibble for 8 weights (the low one first): bits 8-10 of the grid index, and in the top bit
//                     the shift: set for -1/8
//       48   scales   4 x 16 bits, one for 64 weights: 4 x three bits of scale; the top four bits of the four words, first
//                     word lowest, are d as f16

/// <summary>
/// Groups of 8 from the ternary grid of IQ1_S, each with its own shift of +-1/8; sub-blocks of 16 with 3-bit scales:
/// <c>w = d (2 s + 1) (grid +- 1/8) = d / 8 * (2 s + 1) * (8 grid +- 1)</c>.
/// </summary>
internal readonly unsafe partial struct IQ1M : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ1_M;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 256;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = SuperBlockScale(b->Scales) * 0.125f;
        for (var j = 0; j < 16; j++)
            result.Scales[j] = (short)(2 * ((b->Scales[j / 4] >> (3 * (j % 4))) & 7) + 1);
        for (var g = 0; g < 32; g++)
        {
            var high = (b->High[g / 2] >> (g % 2 * 4)) & 15;
            Grids.StoreTernary(ref result, 8 * g, b->Indices[g] | ((high & 7) << 8), negativeDelta: high >= 8);
        }
    }

    /// <summary>Collects d, an f16, from the top nibbles of the four words.</summary>
    public static float SuperBlockScale(ushort* words) =>
        (float)BitConverter.UInt16BitsToHalf(
            (ushort)((words[0] >> 12) | (words[1] >> 12 << 4) | (words[2] >> 12 << 8) | (words[3] >> 12 << 12)));

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public fixed byte Indices[32];
        public fixed byte High[16];
        public fixed ushort Scales[4];
    }
}
