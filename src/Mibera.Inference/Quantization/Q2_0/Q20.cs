using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// Q2_0: 64 weights in 18 bytes, 2.25 bits per weight.
//
// byte   0   d        f16
//        2   quants   16 bytes of four weights, the first one in the lowest two bits

/// <summary>
/// 2-bit, one scale: <c>w = d (q - 1)</c>.
/// </summary>
internal readonly unsafe partial struct Q20 : IBlockFormat
{
    public static GgmlType Type => GgmlType.Q2_0;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 32;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale;
        result.SetScales(0, 2, 1);
        var quants = b->Quants + unit * 8;
        for (var i = 0; i < 32; i++)
            result.Weights[i] = (sbyte)(((quants[i / 4] >> (2 * (i % 4))) & 3) - 1);
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public fixed byte Quants[16];
    }
}
