using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels;

/// <summary>
/// Quantizes activation rows: in each block <c>scale = max|x| / 127</c> and <c>q = round_half_even(x * (127 / max|x|))</c>.
/// A block with a NaN or an infinity gets the scale NaN, so that every product with it is NaN and is found later.
/// </summary>
internal static unsafe class ActivationQuantizer
{
    // 1.5 * 2^23: adding it rounds a float below 2^22 to an integer, half to even, which its low bits then hold.
    private const float Shifter = 12582912f;
    private const int ShifterBits = 0x4B400000;

    public static void Quantize(float* source, QuantizedRows target, int row)
    {
        var block = target.Block;
        var quants = target.Quants(row);
        var scales = target.Scales(row);
        var sums = target.Sums(row);
        for (var b = 0; b < target.Width / block; b++)
            scales[b] = QuantizeBlock(source + b * block, block, quants + b * block, sums + b * (block / 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float QuantizeBlock(float* x, int count, sbyte* quants, short* sums)
    {
        var largest = LargestMagnitude(x, count);
        // Subnormal maxima would make 127 / max overflow; such a block is zero for every purpose.
        if (!(largest >= 1e-30f && float.IsFinite(largest)))
        {
            new Span<sbyte>(quants, count).Clear();
            new Span<short>(sums, count / 16).Clear();
            return largest < 1e-30f ? 0f : float.NaN;
        }
        var inverse = Vector512.Create(127f / largest);
        for (var i = 0; i < count; i += 32)
        {
            var low = Round(Vector512.Load(x + i) * inverse);
            var high = Round(Vector512.Load(x + i + 16) * inverse);
            // |sum| <= 16 * 127.
            sums[i / 16] = (short)Lanes.Sum(low);
            sums[i / 16 + 1] = (short)Lanes.Sum(high);
            var words = Vector512.Narrow(low, high);
            Vector256.Narrow(words.GetLower(), words.GetUpper()).Store(quants + i);
        }
        return largest / 127f;
    }

    /// <summary>The largest |x|; infinity or NaN if there is one. Without their sign, floats are ordered as their bits are,
    /// with infinity and NaN at the end.</summary>
    private static float LargestMagnitude(float* x, int count)
    {
        var largest = Vector512<int>.Zero;
        for (var i = 0; i < count; i += Lanes.Count)
            largest = Vector512.Max(largest, Vector512.Load((int*)x + i) & Vector512.Create(int.MaxValue));
        var eight = Vector256.Max(largest.GetLower(), largest.GetUpper());
        var four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        return BitConverter.Int32BitsToSingle(Math.Max(Math.Max(four[0], four[1]), Math.Max(four[2], four[3])));
    }

    /// <summary>|x * (127 / max)| &lt;= 127 * (1 + 2^-23), which rounds to 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Round(Vector512<float> scaled) =>
        (scaled + Vector512.Create(Shifter)).AsInt32() - Vector512.Create(ShifterBits);
}
