using Mibera.Inference.Kernels;
using Mibera.Inference.Memory;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Tests.Kernels;

public unsafe class AttentionTests
{
    private const int Layer = 1;

    /// <summary>Query heads, KV heads, head dimension.</summary>
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 8, 2, 128 }, { 2, 2, 96 }, { 6, 2, 64 }, { 3, 3, 80 }, { 4, 1, 48 }, { 8, 4, 32 }, { 2, 1, 24 }, { 8, 4, 8 }, { 5, 1, 40 },
        // A token of so many keys is stored by several threads, in every type of cache.
        { 32, 32, 128 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void HasTheBitsOfItsScalarStatement(int heads, int kvHeads, int dimension)
    {
        foreach (var type in Enum.GetValues<KvCacheType>())
        {
            var data = new Data(heads, kvHeads, dimension, tokens: 300, type);
            foreach (var window in type == KvCacheType.F16 ? (int[])[0, 40, 257] : [0])
            {
                var actual = data.Run(window, [data.Tokens], threads: 1);
                var expected = new float[heads * dimension];
                foreach (var t in (int[])[0, 1, 2, 33, 100, 255, 256, 257, 299])
                {
                    AttentionOracle.Attend(data, t, window, expected);
                    FloatTestData.AssertSameBits(expected, actual.AsSpan(t * heads * dimension, heads * dimension));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void BatchesAndThreadsDoNotChangeTheBits(int heads, int kvHeads, int dimension)
    {
        foreach (var type in Enum.GetValues<KvCacheType>())
        {
            var data = new Data(heads, kvHeads, dimension, tokens: 530, type);
            foreach (var window in type == KvCacheType.F16 ? (int[])[0, 300] : [0])
            {
                var expected = data.Run(window, [530], threads: 1);
                FloatTestData.AssertSameBits(expected, data.Run(window, [530], threads: 3));
                FloatTestData.AssertSameBits(expected, data.Run(window, [1, 7, 64, 255, 1, 33, 169], threads: 2));
                FloatTestData.AssertSameBits(expected, data.Run(window, [.. Enumerable.Repeat(1, 530)], threads: 4));
                FloatTestData.AssertSameBits(expected, data.Run(window, [.. Enumerable.Repeat(1, 530)], threads: 1));
            }
        }
    }

    [Fact]
    public void IsCloseToDoublePrecision()
    {
        var data = new Data(4, 2, 64, tokens: 1100);
        var actual = data.Run(window: 0, [1100], threads: 2);
        foreach (var t in (int[])[0, 1, 255, 256, 1099])
        {
            for (var h = 0; h < 4; h++)
            {
                var weights = Enumerable.Range(0, t + 1).Select(j => Math.Exp(data.Score(t, h, j))).ToArray();
                for (var d = 0; d < 64; d++)
                {
                    var expected = weights.Select((w, j) => w * data.Value(j, h / 2, d)).Sum() / weights.Sum();
                    // Scores of about 20 carry errors of a few ulp, which their powers keep as relative errors.
                    Assert.Equal(expected, actual[(t * 4 + h) * 64 + d], 1e-5);
                }
            }
        }
    }

    [Fact]
    public void AWindowedCacheKeepsOnlyItsWindow()
    {
        var data = new Data(4, 2, 32, tokens: 900);
        var expected = data.Run(window: 100, [900], threads: 1);
        // 100 positions before a batch of at most 64 tokens, in a ring of 192.
        var actual = data.Run(window: 100, [.. Enumerable.Repeat(60, 15)], threads: 2, capacity: 164);
        FloatTestData.AssertSameBits(expected, actual);
    }

    [Fact]
    public void TokensDoNotSeeWhatComesAfterThem()
    {
        var data = new Data(4, 2, 32, tokens: 100);
        var expected = data.Run(window: 0, [100], threads: 1);
        // A cache whose later positions were written once (and given up) holds stale keys and values.
        using var cache = data.NewCache(128);
        var junk = Enumerable.Repeat(float.NaN, 128 * 64).ToArray();
        fixed (float* p = junk)
            cache.Write(Layer, 0, 128, p, p, 64, WorkerPool.Inline);
        cache.Commit(128);
        cache.Truncate(0);
        FloatTestData.AssertSameBits(expected, data.Run(cache, window: 0, [20, 1, 79], threads: 1));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(70000f)]
    public void WhatOverflowsIsSeenByAllThatFollow(float value)
    {
        foreach (var type in Enum.GetValues<KvCacheType>())
        {
            // 70000 is too much for a half only.
            if (value == 70000f && type != KvCacheType.F16) continue;
            foreach (var inValues in (bool[])[false, true])
            {
                // A key's infinity may mean a weight of zero: that is no error.
                if (float.IsInfinity((float)(Half)value) && !inValues) continue;
                var data = new Data(4, 2, 40, tokens: 90, type);
                (inValues ? data.Values : data.Keys)[(60 * 2 + 1) * 40 + 39] = value;
                var actual = data.Run(window: 0, [90], threads: 1);
                Assert.All(actual[..(60 * 160)], x => Assert.True(float.IsFinite(x)));
                for (var t = 60; t < 90; t++)
                {
                    // Query heads 2 and 3 read the second KV head.
                    Assert.All(actual[(t * 160)..(t * 160 + 80)], x => Assert.True(float.IsFinite(x)));
                    Assert.Contains(actual[(t * 160 + 80)..(t * 160 + 160)], x => !float.IsFinite(x));
                }
            }
        }
    }

    [Fact]
    public void QuantizedCachesStayWithinHalfAStep()
    {
        var source = FloatTestData.Uniform(80, 5, 3);
        foreach (var (type, steps) in (ReadOnlySpan<(KvCacheType, int)>)[(KvCacheType.Q8_0, 127), (KvCacheType.Q4_0, 8)])
        {
            var stored = AttentionOracle.Stored(source, 80, type);
            for (var i = 0; i < 80; i++)
            {
                var largest = source.Skip(i / 32 * 32).Take(32).Max(MathF.Abs);
                // Half a step, a whole one for 4-bit elements beyond 7 steps, as 8 is there on one side only; 1e-3 for the
                // scale's rounding.
                var bound = largest / steps * (steps == 8 && MathF.Abs(source[i]) * 8 > largest * 7 ? 1f : 0.5f);
                Assert.InRange(MathF.Abs(stored[i] - source[i]), 0, bound + largest * 1e-3f);
            }
        }
    }

    [Fact]
    public void BytesAreWhatTheTypesTake()
    {
        Assert.Equal(2L * 3 * 4 * 128 * 96 * 2, KvCache.BytesFor(3, 4, 96, 128, KvCacheType.F16, KvCacheType.F16));
        Assert.Equal(2L * 3 * 4 * 128 * 96 * 34 / 32, KvCache.BytesFor(3, 4, 96, 128, KvCacheType.Q8_0, KvCacheType.Q8_0));
        Assert.Equal(2L * 3 * 4 * 128 * 96 * 18 / 32, KvCache.BytesFor(3, 4, 96, 100, KvCacheType.Q4_0, KvCacheType.Q4_0));
    }

    [Fact]
    public void ThreadsStoreATokenAsOneDoes()
    {
        foreach (var type in Enum.GetValues<KvCacheType>())
        {
            var data = new Data(32, 32, 128, tokens: 70, type);
            using var pool = new WorkerPool(4);
            using var expected = data.NewCache(70);
            using var actual = data.NewCache(70);
            fixed (float* k = data.Keys, v = data.Values)
            {
                for (var t = 0; t < 70; t++)
                {
                    expected.Write(Layer, t, 1, k + t * 4096, v + t * 4096, 4096, WorkerPool.Inline);
                    actual.Write(Layer, t, 1, k + t * 4096, v + t * 4096, 4096, pool);
                }
            }
            // All groups of the layer lie side by side, from the first head's first one to the last head's last one.
            var keyBytes = (int)(expected.KeyGroup(Layer, 1, 0) - expected.KeyGroup(Layer, 0, 0)) * 32;
            var valueBytes = (int)(expected.ValueGroup(Layer, 1, 0) - expected.ValueGroup(Layer, 0, 0)) * 32;
            AssertSameBytes(expected.KeyGroup(Layer, 0, 0), actual.KeyGroup(Layer, 0, 0), keyBytes);
            AssertSameBytes(expected.ValueGroup(Layer, 0, 0), actual.ValueGroup(Layer, 0, 0), valueBytes);
        }
    }

    [Fact]
    public void OneHeadThatOverflowsIsEnoughForAllThreads()
    {
        var data = new Data(32, 32, 128, tokens: 40);
        data.Values[(20 * 32 + 31) * 128 + 5] = float.NaN;
        var expected = data.Run(window: 0, [40], threads: 1);
        FloatTestData.AssertSameBits(expected, data.Run(window: 0, [.. Enumerable.Repeat(1, 40)], threads: 4));
        Assert.True(float.IsNaN(expected[(20 * 32 + 31) * 128 + 5]));
    }

    [Fact]
    public void HeadsMayBeLongerThanWhatIsConvertedAtOnce()
    {
        var data = new Data(2, 1, 600, tokens: 40);
        var actual = data.Run(window: 0, [40], threads: 1);
        var expected = new float[2 * 600];
        foreach (var t in (int[])[0, 17, 39])
        {
            AttentionOracle.Attend(data, t, 0, expected);
            FloatTestData.AssertSameBits(expected, actual.AsSpan(t * 1200, 1200));
        }
    }

    [Fact]
    public void DecodingAllocatesNothing()
    {
        // So many keys are stored by several threads.
        const int Heads = 32, Width = Heads * 64;
        var data = new Data(Heads, Heads, 64, tokens: 600);
        using var cache = data.NewCache(600);
        using var pool = new WorkerPool(2);
        using var attention = new Attention(cache, Heads, pool);
        var output = new float[600 * Width];
        fixed (float* queries = data.Queries, keys = data.Keys, values = data.Values, outputs = output)
        {
            float* q = queries, k = keys, v = values, o = outputs;
            Decode(0, 300);
            Allocations.AssertNoneHere(attempt => Decode(300 + 15 * attempt, 315 + 15 * attempt));

            void Decode(int begin, int end)
            {
                for (var t = begin; t < end; t++)
                {
                    cache.Write(Layer, t, 1, k + t * Width, v + t * Width, Width, pool);
                    attention.Run(data.Step(t, 1, 0, q, o));
                }
            }
        }
    }

    [Fact]
    public void HeadsThatDoNotFitAreRefused()
    {
        using var cache = new KvCache(1, 4, 32, 32);
        Assert.Throws<ArgumentException>(() => new Attention(cache, 6, WorkerPool.Inline));
    }

    private static void AssertSameBytes(byte* expected, byte* actual, int count) =>
        Assert.True(new ReadOnlySpan<byte>(expected, count).SequenceEqual(new ReadOnlySpan<byte>(actual, count)));

    /// <summary>Queries, keys and values [tokens][heads][dimension] of one sequence.</summary>
    internal sealed class Data(int heads, int kvHeads, int dimension, int tokens, KvCacheType type = KvCacheType.F16)
    {
        public int Heads => heads;

        public int KvHeads => kvHeads;

        public int Dimension => dimension;

        public int Tokens => tokens;

        public float Scale { get; } = 1 / MathF.Sqrt(dimension);

        public float[] Queries { get; } = FloatTestData.Uniform(tokens * heads * dimension, 1, 4);

        public float[] Keys { get; } = FloatTestData.Uniform(tokens * kvHeads * dimension, 2, 4);

        public float[] Values { get; } = FloatTestData.Uniform(tokens * kvHeads * dimension, 3);

        private float[]? _storedKeys;
        private float[]? _storedValues;

        public float Key(int position, int head, int d) =>
            (_storedKeys ??= AttentionOracle.Stored(Keys, dimension, type))[(position * kvHeads + head) * dimension + d];

        public float Value(int position, int head, int d) =>
            (_storedValues ??= AttentionOracle.Stored(Values, dimension, type))[(position * kvHeads + head) * dimension + d];

        public float Query(int token, int head, int d) => Queries[(token * heads + head) * dimension + d] * Scale;

        public double Score(int token, int head, int position) =>
            Enumerable.Range(0, dimension).Sum(d => (double)Query(token, head, d) * Key(position, head * kvHeads / heads, d));

        public KvCache NewCache(int capacity) => new(2, kvHeads, dimension, capacity, type, type);

        public float[] Run(int window, int[] batches, int threads, int capacity = 1100)
        {
            using var cache = NewCache(capacity);
            return Run(cache, window, batches, threads);
        }

        public float[] Run(KvCache cache, int window, int[] batches, int threads)
        {
            using var pool = new WorkerPool(threads);
            using var attention = new Attention(cache, heads, pool);
            var output = new float[tokens * heads * dimension];
            var first = 0;
            fixed (float* q = Queries, k = Keys, v = Values, o = output)
            {
                foreach (var batch in batches)
                {
                    var offset = first * kvHeads * dimension;
                    cache.Write(Layer, first, batch, k + offset, v + offset, kvHeads * dimension, pool);
                    attention.Run(Step(first, batch, window, q, o));
                    first += batch;
                }
            }
            Assert.Equal(tokens, first);
            return output;
        }

        public AttentionStep Step(int first, int batch, int window, float* queries, float* output) => new()
        {
            Layer = Layer,
            First = first,
            Tokens = batch,
            Queries = queries + (long)first * heads * dimension,
            QueryStride = heads * dimension,
            Output = output + (long)first * heads * dimension,
            OutputStride = heads * dimension,
            Scale = Scale,
            Window = window,
        };
    }
}
