using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// Q5_1: 32 weights in 24 bytes, 6 bits per weight.
//
// byte   0   d        f16
//        2   m        f16
//        4   high     32 bits: bit i is bit 4 of weight i
//        8   quants   16 bytes: byte i holds bits 0-3 of weight i (low nibble) and of weight i + 16 (high nibble)

/// <summary>
/// 5-bit, scale and offset: <c>w = d q + m</c>. The offset is a minimum with the float scale -m.
/// </summary>
internal readonly unsafe partial struct Q51 : IBlockFormat
{
    public static GgmlType Type => GgmlType.Q5_1;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 32;

    public static bool HasMins => true;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale;
        result.MinScale = -(float)b->Offset;
        result.SetScales(0, 2, 1);
        result.SetMins(0, 2, 1);
        for (var i = 0; i < 16; i++)
        {
            result.Weights[i] = (sbyte)((b->Quants[i] & 15) | (((int)(b->High >> i) & 1) << 4));
            result.Weights[i + 16] = (sbyte)((b->Quants[i] >> 4) | (((int)(b->High >> (i + 16)) & 1) << 4));
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public Half Offset;
        public uint High;
        public fixed byte Quants[16];
    }
}
