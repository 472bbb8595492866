using Mibera.Inference.Numerics;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>Attention's definition, one number at a time: chunks of 256 positions, each with its own maximum, combined in order.</summary>
internal static class AttentionOracle
{
    public static void Attend(AttentionTests.Data data, int token, int window, Span<float> output)
    {
        var first = window > 0 ? Math.Max(0, token - window + 1) : 0;
        for (var head = 0; head < data.Heads; head++)
        {
            (float Largest, float Sum, float[] Values)? total = null;
            for (var chunk = first / 256; chunk <= token / 256; chunk++)
            {
                var part = Chunk(data, token, head, Math.Max(first, chunk * 256), Math.Min(token + 1, chunk * 256 + 256));
                total = total is { } before ? Combine(before, part) : part;
            }
            for (var d = 0; d < data.Dimension; d++)
                output[head * data.Dimension + d] = total!.Value.Values[d] / total.Value.Sum;
        }
    }

    /// <summary>Rows of <paramref name="dimension"/> as a cache gives them back.</summary>
    public static float[] Stored(float[] source, int dimension, KvCacheType type)
    {
        var result = new float[source.Length];
        for (var row = 0; row < source.Length; row += dimension)
        {
            for (var first = row; first < row + dimension; first += 32)
            {
                var block = source[first..Math.Min(first + 32, row + dimension)];
                Store(block, type).CopyTo(result, first);
            }
        }
        return result;
    }

    private static float[] Store(float[] block, KvCacheType type)
    {
        var extreme = block.First(x => MathF.Abs(x) == block.Max(MathF.Abs));
        return type switch
        {
            KvCacheType.F32 => block,
            KvCacheType.F16 => [.. block.Select(x => (float)(Half)x)],
            KvCacheType.Q8_0 => Quantize(block, (float)(Half)(MathF.Abs(extreme) / 127), -127, 127),
            _ => Quantize(block, (float)(Half)(extreme / -8), -8, 7),
        };
    }

    private static float[] Quantize(float[] block, float scale, int lowest, int highest) =>
        [.. block.Select(x => scale == 0 ? 0 : scale * Math.Clamp((int)MathF.Round(x * (1 / scale)), lowest, highest))];

    private static (float Largest, float Sum, float[] Values) Chunk(AttentionTests.Data data, int token, int head, int begin, int end)
    {
        var kvHead = head * data.KvHeads / data.Heads;
        var scores = new float[end - begin];
        for (var j = begin; j < end; j++)
        {
            for (var d = 0; d < data.Dimension; d++)
                scores[j - begin] = float.FusedMultiplyAdd(data.Query(token, head, d), data.Key(j, kvHead, d), scores[j - begin]);
        }
        var largest = scores.Max();
        // Lanes are those of the position, so that a window's first position does not shift them.
        var powers = new float[256];
        for (var j = begin; j < end; j++)
            powers[j % 256] = PortableMath.Exp(scores[j - begin] - largest);
        var values = new float[data.Dimension];
        for (var d = 0; d < data.Dimension; d++)
        {
            for (var j = begin; j < end; j++)
                values[d] = float.FusedMultiplyAdd(powers[j % 256], data.Value(j, kvHead, d), values[d]);
        }
        return (largest, FloatTestData.LaneSum(256, (sum, i) => sum + powers[i]), values);
    }

    private static (float Largest, float Sum, float[] Values) Combine(
        (float Largest, float Sum, float[] Values) a, (float Largest, float Sum, float[] Values) b)
    {
        var largest = Math.Max(a.Largest, b.Largest);
        var (scaleA, scaleB) = (PortableMath.Exp(a.Largest - largest), PortableMath.Exp(b.Largest - largest));
        return (
            largest,
            float.FusedMultiplyAdd(b.Sum, scaleB, a.Sum * scaleA),
            [.. a.Values.Select((v, d) => float.FusedMultiplyAdd(b.Values[d], scaleB, v * scaleA))]);
    }
}
