using Mibera.Inference.Kernels;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Memory;

/// <summary>Forgetting positions in the middle.</summary>
internal sealed unsafe partial class KvCache
{
    /// <summary>
    /// Forgets <paramref name="count"/> positions from <paramref name="start"/> on. Those behind move up by as many, and their
    /// keys turn back by as many: they are read, turned and stored again, which costs a quantized key another rounding.
    /// </summary>
    /// <exception cref="InvalidOperationException">The cache has overwritten its oldest positions.</exception>
    public void Discard(int start, int count, RopeFrequencies rope, WorkerPool pool)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)start + count, Length);
        if (FirstHeld > 0)
            throw new InvalidOperationException($"The cache holds positions {FirstHeld} and up alone: the others cannot move.");
        // Per worker: a group of keys, a group of values, a key.
        var row = KvKernel.PaddedDimension(HeadDimension);
        var floats = (2 * KvKernel.Group + 1) * row;
        using var scratch = new NativeBuffer((long)pool.ThreadCount * floats * sizeof(float));
        using var turn = new NativeBuffer(2L * rope.Pairs * sizeof(float));
        var cos = (float*)turn.Pointer;
        rope.Turn(-count, new Span<float>(cos, rope.Pairs), new Span<float>(cos + rope.Pairs, rope.Pairs));
        var body = new DiscardBody { Cache = this, First = start + count, Count = count, Rope = rope, Cos = cos, Scratch = (float*)scratch.Pointer, Row = row };
        pool.Run(ref body, Layers * Heads, 1);
        Length -= count;
    }

    private struct DiscardBody : IParallelBody
    {
        public KvCache Cache;
        public int First;
        public int Count;
        public RopeFrequencies Rope;
        public float* Cos;
        public float* Scratch;
        public int Row;

        public readonly void Execute(int worker, int begin, int end)
        {
            var keys = Scratch + (long)worker * (2 * KvKernel.Group + 1) * Row;
            var values = keys + KvKernel.Group * Row;
            for (var index = begin; index < end; index++)
            {
                var (layer, head) = Math.DivRem(index, Cache.Heads);
                for (var group = First / KvKernel.Group; group * KvKernel.Group < Cache.Length; group++)
                {
                    // A group is read as a whole before anything moves into it, so ascending order loses nothing.
                    Cache._keyStorage.CarefulReader.ExpandKeys(Cache.KeyGroup(layer, head, group), Cache.HeadDimension, keys);
                    Cache._valueStorage.CarefulReader.ExpandValues(Cache.ValueGroup(layer, head, group), Cache.HeadDimension, values);
                    Move(layer, head, group * KvKernel.Group, keys, values);
                }
            }
        }

        private readonly void Move(int layer, int head, int groupStart, float* keys, float* values)
        {
            var width = Cache.HeadDimension;
            var key = values + KvKernel.Group * Row;
            var last = Math.Min(KvKernel.Group, Cache.Length - groupStart);
            for (var slot = Math.Max(0, First - groupStart); slot < last; slot++)
            {
                // Expanded keys are transposed.
                for (var d = 0; d < width; d++)
                    key[d] = keys[d * KvKernel.Group + slot];
                Kernels.Rope.Apply(key, 1, width, Cos, Cos + Rope.Pairs, Rope.Pairs, Rope.Order);
                var (group, target) = Math.DivRem(groupStart + slot - Count, KvKernel.Group);
                var plain = Cache._keyStorage.WriteKey(Cache.KeyGroup(layer, head, group), target, key, width);
                plain &= Cache._valueStorage.WriteValue(Cache.ValueGroup(layer, head, group), target, values + slot * Row, width);
                if (!plain)
                    Cache._careful = true;
            }
        }
    }
}
