using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// Q1_0: 128 weights in 18 bytes, 1.125 bits per weight.
//
// byte   0   d        f16
//        2   signs    128 bits, weight 0 in the lowest

/// <summary>
/// 1-bit: <c>w = d</c> where the bit is set, <c>-d</c> where it is not.
/// </summary>
internal readonly unsafe partial struct Q10 : IBlockFormat
{
    public static GgmlType Type => GgmlType.Q1_0;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 32;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale;
        result.SetScales(0, 2, 1);
        var signs = b->Signs + unit * 4;
        for (var i = 0; i < 32; i++)
            result.Weights[i] = (sbyte)(2 * ((signs[i / 8] >> (i % 8)) & 1) - 1);
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public fixed byte Signs[16];
    }
}
