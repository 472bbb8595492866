namespace Mibera.Inference.Quantization;

/// <summary>
/// The twelve bytes in which Q4_K and Q5_K pack eight 6-bit scales and eight 6-bit minimums, one pair per 32 weights:
/// <code>
/// byte      bits 0-5        bits 6-7
/// 0 .. 3    scale 0 .. 3    bits 4-5 of scale 4 .. 7
/// 4 .. 7    min 0 .. 3      bits 4-5 of min 4 .. 7
/// byte      bits 0-3        bits 4-7
/// 8 .. 11   scale 4 .. 7    min 4 .. 7     (their low four bits)
/// </code>
/// </summary>
internal static unsafe partial class SubBlockScales
{
    public static void Unpack(byte* packed, ref IntegerBlock result)
    {
        for (var j = 0; j < 4; j++)
        {
            Set(ref result, j, packed[j] & 63, packed[j + 4] & 63);
            Set(ref result, j + 4, (packed[j + 8] & 15) | (packed[j] >> 6 << 4), (packed[j + 8] >> 4) | (packed[j + 4] >> 6 << 4));
        }
    }

    private static void Set(ref IntegerBlock result, int group, int scale, int min)
    {
        result.Scales[2 * group] = result.Scales[2 * group + 1] = (short)scale;
        result.Mins[2 * group] = result.Mins[2 * group + 1] = (short)min;
    }
}
