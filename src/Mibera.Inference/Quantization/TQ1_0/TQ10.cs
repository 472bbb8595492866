using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

// TQ1_0: 256 weights in 54 bytes, 1.6875 bits per weight.
//
// byte   0   quants   32 bytes: digit k of byte i is weight 32 k + i, k < 5        weights   0 .. 159
//       32            16 bytes: digit k of byte i is weight 160 + 16 k + i, k < 5  weights 160 .. 239
//       48   tail     4 bytes: digit k of byte i is weight 240 + 4 k + i, k < 4    weights 240 .. 255
//       52   d        f16

/// <summary>
/// Ternary, five weights in a byte: <c>w = d (t - 1)</c> with t in {0, 1, 2}. A byte is ceil(256 / 243 * n) for the
/// five-digit base-3 number n, so that multiplying it by 3^k modulo 256 brings digit k (the most significant first) to the
/// top: the digit is that product times 3, shifted right by 8.
/// </summary>
internal readonly unsafe partial struct TQ10 : IBlockFormat
{
    public static GgmlType Type => GgmlType.TQ1_0;

    public static int BlockBytes => sizeof(Block);

    public static int UnitElements => 256;

    public static bool HasMins => false;

    public static void Unpack(byte* block, int unit, ref IntegerBlock result)
    {
        var b = (Block*)block;
        result.Scale = (float)b->Scale;
        result.SetScales(0, 16, 1);
        StoreDigits(ref result, 0, b->Quants, 32, 5);
        StoreDigits(ref result, 160, b->Quants + 32, 16, 5);
        StoreDigits(ref result, 240, b->Tail, 4, 4);
    }

    private static void StoreDigits(ref IntegerBlock result, int first, byte* quants, int bytes, int digits)
    {
        var power = 1;
        for (var k = 0; k < digits; k++, power *= 3)
        {
            for (var i = 0; i < bytes; i++)
                result.Weights[first + k * bytes + i] = (sbyte)((((byte)(quants[i] * power) * 3) >> 8) - 1);
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct Block
    {
        public fixed byte Quants[48];
        public fixed byte Tail[4];
        public Half Scale;
    }
}
