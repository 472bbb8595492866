using Mibera.Inference.Kernels;
using Mibera.Inference.Memory;
using Mibera.Inference.Threading;

namespace Mibera.Inference.KernelCheck;

/// <summary>Attention over caches of every type, with a sliding window and without: a prompt, then tokens one by one.</summary>
internal static unsafe class AttentionFingerprint
{
    // More than one of the chunks of 256 positions whose results are merged.
    private const int Prompt = 300, Tokens = 304;

    public static Bits Compute()
    {
        var bits = new Bits();
        foreach (var type in Enum.GetValues<KvCacheType>())
        {
            // Head dimensions of whole vectors of every length, and of a part of one.
            foreach (var (heads, kvHeads, dimension) in new[] { (4, 2, 128), (2, 2, 96), (6, 2, 80), (2, 1, 40) })
                bits.Add(Run(heads, kvHeads, dimension, type, window: 0));
            bits.Add(Run(heads: 2, kvHeads: 1, dimension: 64, type, window: 100));
        }
        return bits;
    }

    private static float[] Run(int heads, int kvHeads, int dimension, KvCacheType type, int window)
    {
        var (width, kvWidth) = (heads * dimension, kvHeads * dimension);
        var output = new float[Tokens * width];
        using var cache = new KvCache(1, kvHeads, dimension, Tokens, type, type);
        using var attention = new Attention(cache, heads, WorkerPool.Inline);
        fixed (float* q = TestValues.Gaussian(Tokens * width, 1), k = TestValues.Gaussian(Tokens * kvWidth, 2))
        fixed (float* v = TestValues.Gaussian(Tokens * kvWidth, 3), o = output)
        {
            for (var first = 0; first < Tokens;)
            {
                var count = first == 0 ? Prompt : 1;
                cache.Write(0, first, count, k + first * kvWidth, v + first * kvWidth, kvWidth, WorkerPool.Inline);
                attention.Run(new AttentionStep
                {
                    Layer = 0,
                    First = first,
                    Tokens = count,
                    Queries = q + first * width,
                    QueryStride = width,
                    Output = o + first * width,
                    OutputStride = width,
                    Scale = 1 / MathF.Sqrt(dimension),
                    Window = window,
                });
                first += count;
            }
        }
        return output;
    }
}
