using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// Q5_0: 32 weights in 22 bytes, 5.5 bits per weight.
//
// byte   0   d        f16
//        2   high     32 bits: bit i is bit 4 of weight i
//        6   quants   16 bytes: byte i holds bits 0-3 of weight i (low nibble) and of weight i + 16 (high nibble)

/// <summary>
/// 5-bit, one scale: <c>w = d (q - 16)</c>.
/// </summary>
internal readonly unsafe partial struct Q50 : IBlockFormat
{
    public static GgmlType Type => GgmlType.Q5_0;

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
            result.Weights[i] = (sbyte)(((b->Quants[i] & 15) | (((int)(b->High >> i) & 1) << 4)) - 16);
            result.Weights[i + 16] = (sbyte)(((b->Quants[i] >> 4) | (((int)(b->High >> (i + 16)) & 1) << 4)) - 16);
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public uint High;
        public fixed byte Quants[16];
    }
}
