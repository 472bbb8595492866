using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// NVFP4: 64 weights in 36 bytes, 4.5 bits per weight.
//
// byte   0   scales   4 x UE4M3, one for 16 weights
//        4   quants   4 x 8 bytes: byte i of a group holds its weight i (low nibble) and i + 8 (high nibble)

/// <summary>
/// 4-bit floats (E2M1) in groups of 16, each with a scale in unsigned E4M3: <c>w = scale / 2 * (2 value)</c>, the doubled
/// values being integers. A group is a unit: its scale is a float that no integer can stand for.
/// </summary>
internal readonly unsafe partial struct NVFP4 : IBlockFormat
{
    public static GgmlType Type => GgmlType.NVFP4;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 16;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = SmallFloats.HalfOfUE4M3(b->Scales[unit]);
        result.SetScales(0, 1, 1);
        Codebooks.StoreNibbles(ref result, 0, b->Quants + unit * 8, 8, Codebooks.Fp4);
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public fixed byte Scales[4];
        public fixed byte Quants[32];
    }
}
