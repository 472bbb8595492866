using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// TQ2_0: 256 weights in 66 bytes, 2.0625 bits per weight.
//
// byte   0   quants   2 x 32 bytes, one run for 128 weights: bits 2k and 2k + 1 of byte i are weight 32 k + i of the run
//       64   d        f16

/// <summary>
/// Ternary, four weights in a byte: <c>w = d (q - 1)</c>. (The code 3 is decoded as 2, as in ggml.)
/// </summary>
internal readonly unsafe partial struct TQ20 : IBlockFormat
{
    public static GgmlType Type => GgmlType.TQ2_0;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 256;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale;
        result.SetScales(0, 16, 1);
        for (var first = 0; first < 256; first += 32)
        {
            var quants = b->Quants + first / 128 * 32;
            var shift = first % 128 / 32 * 2;
            for (var i = 0; i < 32; i++)
                result.Weights[first + i] = (sbyte)(((quants[i] >> shift) & 3) - 1);
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public fixed byte Quants[64];
        public Half Scale;
    }
}
