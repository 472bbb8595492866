namespace Mibera.Inference.Kernels;

/// <summary>
/// Quantizes activation rows: in each block <c>scale = max|x| / 127</c> and <c>q = round_half_even(x * (127 / max|x|))</c>.
/// A block with a NaN or an infinity gets the scale NaN, so that every product with it is NaN and is found later.
/// </summary>
internal static unsafe class ActivationQuantizer
{
    public static void Quantize(float* source, QuantizedRows target, int row)
    {
        var block = target.Block;
        var quants = target.Quants(row);
        var scales = target.Scales(row);
        var sums = target.Sums(row);
        for (var b = 0; b < target.Width / block; b++)
            scales[b] = QuantizeBlock(source + b * block, block, quants + b * block, sums + b * (block / 16));
    }

    private static float QuantizeBlock(float* x, int count, sbyte* quants, short* sums)
    {
        var largest = 0f;
        var finite = true;
        for (var i = 0; i < count; i++)
        {
            finite &= float.IsFinite(x[i]);
            largest = MathF.Max(largest, MathF.Abs(x[i]));
        }
        // Subnormal maxima would make 127 / max overflow; such a block is zero for every purpose.
        var inverse = finite && largest >= 1e-30f ? 127f / largest : 0f;
        for (var j = 0; j < count / 16; j++)
        {
            var sum = 0;
            for (var i = j * 16; i < j * 16 + 16; i++)
            {
                // |x * (127 / max)| <= 127 * (1 + 2^-23), which rounds to 127.
                quants[i] = finite ? (sbyte)MathF.Round(x[i] * inverse, MidpointRounding.ToEven) : (sbyte)0;
                sum += quants[i];
            }
            sums[j] = (short)sum;
        }
        return finite ? (inverse == 0f ? 0f : largest / 127f) : float.NaN;
    }
}
