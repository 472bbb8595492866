using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// Q8_0: 32 weights in 34 bytes, 8.5 bits per weight.
//
// byte   0   d        f16
//        2   quants   32 signed bytes

/// <summary>
/// 8-bit, one scale: <c>w = d q</c>.
/// </summary>
internal readonly unsafe partial struct Q80 : IBlockFormat
{
    public static GgmlType Type => GgmlType.Q8_0;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 32;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale;
        result.SetScales(0, 2, 1);
        for (var i = 0; i < 32; i++)
            result.Weights[i] = b->Quants[i];
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public fixed sbyte Quants[32];
    }
}
