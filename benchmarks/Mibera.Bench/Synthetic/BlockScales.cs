using System.Buffers.Binary;
using Mibera.Inference.Gguf;

namespace Mibera.Bench.Synthetic;

/// <summary>Writes the float scales into a block of any format; the rest of a block may be any bits.</summary>
internal static class BlockScales
{
    /// <summary>Sets the scale of the quants and, in formats that have one, of the minimums. A block with eight-bit scales
    /// takes the nearest that it can hold.</summary>
    public static void Set(Span<byte> block, GgmlType type, float scale, float minScale)
    {
        switch (type)
        {
            case GgmlType.MXFP4:
                block[0] = ToE8M0(scale);
                break;
            case GgmlType.NVFP4:
                block[..4].Fill(ToUE4M3(scale));
                break;
            case GgmlType.IQ1_M:
                // The f16's four nibbles are the highest of the four scale words at 48.
                var bits = BitConverter.HalfToUInt16Bits((Half)scale);
                for (var i = 0; i < 4; i++)
                    block[49 + 2 * i] = (byte)((block[49 + 2 * i] & 0x0f) | ((bits >> (4 * i)) << 4));
                break;
            default:
                BinaryPrimitives.WriteHalfLittleEndian(block[ScaleOffset(type)..], (Half)scale);
                if (HasMinimum(type)) BinaryPrimitives.WriteHalfLittleEndian(block[(ScaleOffset(type) + 2)..], (Half)minScale);
                break;
        }
    }

    /// <summary>Whether the format has a second scale, right behind the first.</summary>
    public static bool HasMinimum(GgmlType type) =>
        type is GgmlType.Q4_1 or GgmlType.Q5_1 or GgmlType.Q2_K or GgmlType.Q4_K or GgmlType.Q5_K;

    private static int ScaleOffset(GgmlType type) => type switch
    {
        GgmlType.Q2_K => 80,
        GgmlType.Q3_K or GgmlType.Q6_K or GgmlType.TQ1_0 or GgmlType.TQ2_0 => type.Block().Bytes - 2,
        _ => 0,
    };

    /// <summary>The power of two 2^(x - 127) nearest to the scale, by its logarithm.</summary>
    private static byte ToE8M0(float scale) => (byte)Math.Clamp(Math.Round(Math.Log2(scale)) + 127, 1, 254);

    /// <summary>Unsigned, four bits of exponent (bias 7), three of mantissa.</summary>
    private static byte ToUE4M3(float scale)
    {
        var exponent = Math.Clamp((int)Math.Floor(Math.Log2(scale)), -6, 8);
        var eighths = (int)Math.Round(scale / Math.Pow(2, exponent) * 8);
        // Below 8 eighths: subnormal, exponent field 0. 16 of them carry into the exponent by themselves.
        var code = eighths < 8 ? eighths : ((exponent + 7) << 3) + eighths - 8;
        return (byte)Math.Clamp(code, 1, 0x7e);
    }
}
