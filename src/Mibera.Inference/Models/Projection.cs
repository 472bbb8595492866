using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Generic;
using Mibera.Inference.Memory;
using Mibera.Inference.Simd;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Models;

/// <summary>
/// A matrix of the network, of one tensor or of several whose outputs lie side by side, with its optional biases. The rows
/// of all parts are handed out to the workers together.
/// </summary>
internal sealed unsafe class Projection
{
    /// <summary>Row chunks are multiples of this: every kernel's granularity divides it.</summary>
    internal const int ChunkRows = 32;

    // Weights that a worker takes at a time: some 5 µs of reading, so that nobody waits long for the last one, and much more
    // than taking them costs.
    private const int ChunkBytes = 128 * 1024;

    // With a few inputs up to this, 15 µs of reading: the longer the streams of RowStreams, the fewer are their beginnings, which
    // nothing prefetches. More inputs read a chunk once and take long at it.
    private const int LongChunkBytes = 384 * 1024;
    private const int FewInputs = RowGroups.Inputs;

    // But as many for each worker: an eighth of its share is the longest that others wait for it.
    private const int ChunksPerWorker = 8;

    private readonly Part[] _parts;
    private readonly float[]? _bias;
    private readonly int _chunks;

    private Projection(Part[] parts, int inputs, float[]? bias)
    {
        (_parts, Inputs, _bias) = (parts, inputs, bias);
        foreach (ref var part in _parts.AsSpan())
        {
            (part.FirstOutput, part.FirstChunk) = (Outputs, _chunks);
            Outputs += part.Rows;
            _chunks += (part.Rows + ChunkRows - 1) / ChunkRows;
        }
    }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>Binds a projection; its tensors join <paramref name="section"/> of the store.</summary>
    public static Projection Create(
        ProjectionBinding binding, WeightStore store, int section, InstructionSet set, Func<GgufTensor, float[]> readFloats)
    {
        var parts = binding.Weights.Select(w => new Part(store.Add(w, section), set, expert: 0)).ToArray();
        return new Projection(parts, (int)binding.Weights[0].Dimensions[0], Bias(binding, readFloats));
    }

    /// <summary>One expert's slice of tensors with a third dimension.</summary>
    public static Projection OfExpert(ReadOnlySpan<WeightSlot> slots, int expert, InstructionSet set)
    {
        var parts = new Part[slots.Length];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = new Part(slots[i], set, expert);
        return new Projection(parts, (int)slots[0].Tensor.Dimensions[0], bias: null);
    }

    /// <summary>output[t, :] = W input[t] + bias for every row t of <paramref name="input"/>, rows <see cref="Outputs"/> apart.</summary>
    public void Apply(WeightLease lease, Activations input, float* output, WorkerPool pool)
    {
        foreach (var part in _parts)
            part.Kernel.Prepare(input, pool);
        var body = new RowChunks { Owner = this, Lease = lease, Input = input, Output = output };
        pool.Run(ref body, _chunks, Grain(_chunks, ChunkRows * _parts[0].RowBytes, input.Rows, pool.ThreadCount));
    }

    /// <summary>How many of <paramref name="chunks"/> chunks of <paramref name="chunkBytes"/> a worker takes at a time.</summary>
    internal static int Grain(int chunks, long chunkBytes, int inputs, int threads)
    {
        var bytes = inputs > FewInputs
            ? ChunkBytes
            : Math.Clamp(chunks * chunkBytes / (threads * ChunksPerWorker), ChunkBytes, LongChunkBytes);
        return (int)Math.Max(1, bytes / chunkBytes);
    }

    /// <summary>All biases in one row, zero where the file has none; null where it has none at all.</summary>
    private static float[]? Bias(ProjectionBinding binding, Func<GgufTensor, float[]> readFloats)
    {
        if (binding.Biases.Count == 0)
            return null;
        var row = new float[binding.Weights.Sum(w => w.Dimensions[1])];
        foreach (var (tensor, first) in binding.Biases)
            readFloats(tensor).CopyTo(row, first);
        return row;
    }

    private struct RowChunks : IParallelBody
    {
        public Projection Owner;
        public WeightLease Lease;
        public Activations Input;
        public float* Output;

        public readonly void Execute(int worker, int begin, int end)
        {
            foreach (ref readonly var part in Owner._parts.AsSpan())
            {
                var first = Math.Max(begin - part.FirstChunk, 0) * ChunkRows;
                var last = Math.Min((end - part.FirstChunk) * ChunkRows, part.Rows);
                if (first >= last)
                    continue;
                part.Kernel.Multiply(part.Weights(Lease), Input, first, last, Output + part.FirstOutput, Owner.Outputs);
                AddBias(part.FirstOutput + first, part.FirstOutput + last);
            }
        }

        private readonly void AddBias(int begin, int end)
        {
            if (Owner._bias is not { } bias)
                return;
            for (var t = 0; t < Input.Rows; t++)
            {
                var row = Output + (long)t * Owner.Outputs;
                for (var r = begin; r < end; r++)
                    row[r] += bias[r];
            }
        }
    }

    private struct Part(WeightSlot slot, InstructionSet set, int expert)
    {
        public readonly MatrixKernel Kernel = KernelTable.Get(slot.Tensor.Type, set);
        public readonly int Rows = (int)slot.Tensor.Dimensions[1];
        public int FirstOutput;
        public int FirstChunk;
        private readonly int _columns = (int)slot.Tensor.Dimensions[0];

        public readonly long RowBytes => slot.Tensor.Type.RowBytes(_columns);

        public readonly WeightMatrix Weights(WeightLease lease)
        {
            var bytes = RowBytes * Rows;
            return new WeightMatrix(slot.Tensor.Type, lease.Address(slot) + expert * bytes, Rows, _columns);
        }
    }
}
