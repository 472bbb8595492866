using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// MXFP4: 32 weights in 17 bytes, 4.25 bits per weight.
//
// byte   0   e        E8M0
//        1   quants   16 bytes: byte i holds weight i (low nibble) and weight i + 16 (high nibble)

/// <summary>
/// 4-bit floats (E2M1) with a power of two as scale (E8M0), as in OCP Microscaling Formats 1.0:
/// <c>w = scale / 2 * (2 value)</c>, the doubled values being integers.
/// </summary>
internal readonly unsafe partial struct MXFP4 : IBlockFormat
{
    public static GgmlType Type => GgmlType.MXFP4;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 32;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = SmallFloats.HalfOfE8M0(b->Scale);
        result.SetScales(0, 2, 1);
        Codebooks.StoreNibbles(ref result, 0, b->Quants, 16, Codebooks.Fp4);
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public byte Scale;
        public fixed byte Quants[16];
    }
}
