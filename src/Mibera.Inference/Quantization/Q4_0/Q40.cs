using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// Q4_0: 32 weights in 18 bytes, 4.5 bits per weight.
//
// byte   0   d        f16
//        2   quants   16 bytes: byte i holds weight i (low nibble) and weight i + 16 (high nibble)

/// <summary>
/// 4-bit, one scale: <c>w = d (q - 8)</c>.
/// </summary>
internal readonly unsafe partial struct Q40 : IBlockFormat
{
    public static GgmlType Type => GgmlType.Q4_0;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 32;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale;
        result.SetScales(0, 2, 1);
        for (var i = 0; i < 16; i++)
        {
            result.Weights[i] = (sbyte)((b->Quants[i] & 15) - 8);
            result.Weights[i + 16] = (sbyte)((b->Quants[i] >> 4) - 8);
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public fixed byte Quants[16];
    }
}
