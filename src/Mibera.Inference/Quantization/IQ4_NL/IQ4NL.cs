using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// IQ4_NL: 32 weights in 18 bytes, 4.5 bits per weight.
//
// byte   0   d        f16
//        2   quants   16 bytes: byte i holds weight i (low nibble) and weight i + 16 (high nibble)

/// <summary>
/// 4-bit codes into a codebook of 16 int8 values, one scale: <c>w = d codebook[q]</c>.
/// </summary>
internal readonly unsafe partial struct IQ4NL : IBlockFormat
{
    public static GgmlType Type => GgmlType.IQ4_NL;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 32;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale;
        result.SetScales(0, 2, 1);
        Codebooks.StoreNibbles(ref result, 0, b->Quants, 16, Codebooks.Iq4Nl);
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public Half Scale;
        public fixed byte Quants[16];
    }
}
