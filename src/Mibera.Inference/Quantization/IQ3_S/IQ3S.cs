using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// IQ3_S: 256 weights in 110 bytes, 3.4375 bits per weight.
//
// byte   0   d        f16
//        2   indices  64 bytes, one for 4 weights: bits 0-7 of the grid index
//       66   high     8 bytes, one for 32 weights: bit i is bit 8 of the i-th of eight grid indices
//       74   signs    32 bytes, one for 8 weights: bit i set, weight i is negative
//      106   scales   4 bytes: byte k holds scale 2k (low nibble) and 2k + 1 (high nibble)

/// <summary>
/// Groups of 4 from a grid of 512, with a sign for every weight; sub-blocks of 32 with 4-bit scales:
/// <c>w = d (2 s + 1) * (+-grid)</c>.
/// </summary>
internal readonly unsafe partial struct IQ3S : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ3_S;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 256;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale;
        for (var k = 0; k < 8; k++)
            result.SetScales(2 * k, 2, 2 * ((b->Scales[k / 2] >> (k % 2 * 4)) & 15) + 1);
        for (var g = 0; g < 32; g++)
        {
            var magnitudes = GridEntry(b, 2 * g) | ((ulong)GridEntry(b, 2 * g + 1) << 32);
            Grids.Store(ref result, 8 * g, magnitudes, b->Signs[g]);
        }
    }

    private static uint GridEntry(Block* b, int group) =>
        Grids.Iq3S[b->Indices[group] | (((b->High[group / 8] >> (group % 8)) & 1) << 8)];

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public fixed byte Indices[64];
        public fixed byte High[8];
        public fixed byte Signs[32];
        public fixed byte Scales[4];
    }
}
