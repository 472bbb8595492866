using Mibera.Bench.Synthetic;
using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Memory;
using Mibera.Inference.Models;
using Mibera.Inference.Threading;

namespace Mibera.Bench.Kernels;

/// <summary>A matrix of random weights of one format, and inputs for it.</summary>
internal sealed unsafe class KernelCase : IDisposable
{
    private const ulong Seed = 0x6d69626572610002;

    private readonly NativeBuffer _weights;
    private readonly NativeBuffer _output;
    private readonly Activations _inputs;

    /// <param name="type">Format of the weights.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="tokens">Rows of activations.</param>
    public KernelCase(GgmlType type, int rows, int columns, int tokens)
    {
        var pool = WeightPool.Create(type, Seed).Bytes;
        _weights = new NativeBuffer(rows * type.RowBytes(columns));
        for (long at = 0; at < _weights.Bytes; at += pool.Length)
            pool[..(int)Math.Min(pool.Length, _weights.Bytes - at)].CopyTo(new Span<byte>((byte*)_weights.Pointer + at, pool.Length));
        Weights = new WeightMatrix(type, (byte*)_weights.Pointer, rows, columns);
        _output = new NativeBuffer((long)rows * tokens * sizeof(float));
        _inputs = new Activations(tokens, columns);
        var random = new RandomBits(Seed);
        foreach (ref var value in new Span<float>(_inputs.Data, tokens * columns)) value = random.NextSingle(-1f, 1f);
        _inputs.Reset(tokens);
    }

    public WeightMatrix Weights { get; }

    public int Tokens => _inputs.Rows;

    /// <summary>Bytes of a weight; with 8 times as many bits.</summary>
    public double BytesPerWeight => (double)Weights.RowBytes / Weights.Columns;

    /// <summary>Quantizes and packs the inputs for a kernel, which the measurements leave out: all matrices that read the same
    /// input share it.</summary>
    public void Prepare(MatrixKernel kernel) => kernel.Prepare(_inputs, WorkerPool.Inline);

    /// <summary>Multiplies the first <paramref name="rows"/> rows on the calling thread.</summary>
    public void Multiply(MatrixKernel kernel, int rows) =>
        kernel.Multiply(Weights, _inputs, 0, rows, (float*)_output.Pointer, Weights.Rows);

    /// <summary>Multiplies all rows, handed out to the threads as a model does it.</summary>
    public void Multiply(MatrixKernel kernel, WorkerPool pool)
    {
        var body = new RowsBody { Case = this, Kernel = kernel };
        var chunks = Weights.Rows / RowsBody.Rows;
        pool.Run(ref body, chunks, Projection.Grain(chunks, RowsBody.Rows * Weights.RowBytes, Tokens, pool.ThreadCount));
    }

    public void Dispose()
    {
        _inputs.Dispose();
        _output.Dispose();
        _weights.Dispose();
    }

    private struct RowsBody : IParallelBody
    {
        public const int Rows = Projection.ChunkRows;

        public KernelCase Case;
        public MatrixKernel Kernel;

        public readonly void Execute(int worker, int begin, int end) =>
            Kernel.Multiply(Case.Weights, Case._inputs, begin * Rows, end * Rows, (float*)Case._output.Pointer, Case.Weights.Rows);
    }
}
