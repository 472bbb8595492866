using Mibera.Inference.Memory;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Kernels;

/// <summary>
/// The input of matrix products: float rows [rows, width], and the quantized and packed forms made of them on demand,
/// once for all matrices that read the same input.
/// </summary>
internal sealed unsafe class Activations(int maxRows, int width) : IDisposable
{
    private readonly NativeBuffer _data = new((long)maxRows * width * sizeof(float));
    private readonly QuantizedRows?[] _quantized = new QuantizedRows?[2];
    private readonly bool[] _quantizedValid = new bool[2];
    private readonly Dictionary<IActivationLayout, Packing> _packed = new(ReferenceEqualityComparer.Instance);

    /// <summary>Bytes that such activations take at most: floats; quants, scales of 32 and sums; quants packed as 16 bits and
    /// what is packed with them.</summary>
    public static long BytesFor(int maxRows, int width) =>
        (long)maxRows * width * (sizeof(float) + 1) + (long)maxRows * width * (4 + 4 + 2 * 36) / 32;

    public int MaxRows => maxRows;

    public int Width => width;

    /// <summary>Rows in use.</summary>
    public int Rows { get; private set; }

    /// <summary>Row-major floats [<see cref="Rows"/>, <see cref="Width"/>].</summary>
    public float* Data => (float*)_data.Pointer;

    public float* Row(int row) => Data + (long)row * width;

    /// <summary>Announces new contents of <paramref name="rows"/> rows: every derived form is stale.</summary>
    public void Reset(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, maxRows);
        Rows = rows;
        _quantizedValid.AsSpan().Clear();
        foreach (var packing in _packed.Values)
            packing.Valid = false;
    }

    /// <summary>The rows as int8 in blocks of 32 or 256.</summary>
    public QuantizedRows Quantized(int block, WorkerPool pool)
    {
        var slot = block == 32 ? 0 : 1;
        var rows = _quantized[slot] ??= new QuantizedRows(maxRows, width, block);
        if (!_quantizedValid[slot])
        {
            var body = new QuantizeBody { Source = this, Target = rows };
            pool.Run(ref body, Rows, grain: 1);
            _quantizedValid[slot] = true;
        }
        return rows;
    }

    /// <summary>The rows packed as <paramref name="layout"/> wants them.</summary>
    public byte* Packed(IActivationLayout layout, WorkerPool pool)
    {
        var source = Quantized(layout.Block, pool);
        if (!_packed.TryGetValue(layout, out var packing))
            _packed.Add(layout, packing = new Packing());
        if (!packing.Valid)
        {
            packing.Reserve(layout.Bytes(Rows, width));
            var body = new PackBody { Source = source, Layout = layout, Rows = Rows, Target = packing.Pointer };
            var groups = (Rows + layout.RowGranularity - 1) / layout.RowGranularity;
            pool.Run(ref body, groups, grain: 1);
            packing.Valid = true;
        }
        return packing.Pointer;
    }

    public void Dispose()
    {
        _data.Dispose();
        foreach (var rows in _quantized)
            rows?.Dispose();
        foreach (var packing in _packed.Values)
            packing.Dispose();
    }

    private struct QuantizeBody : IParallelBody
    {
        public Activations Source;
        public QuantizedRows Target;

        public readonly void Execute(int worker, int begin, int end)
        {
            for (var row = begin; row < end; row++)
                ActivationQuantizer.Quantize(Source.Row(row), Target, row);
        }
    }

    private struct PackBody : IParallelBody
    {
        public QuantizedRows Source;
        public IActivationLayout Layout;
        public int Rows;
        public byte* Target;

        public readonly void Execute(int worker, int begin, int end) =>
            Layout.Pack(Source, Rows, begin * Layout.RowGranularity, Math.Min(Rows, end * Layout.RowGranularity), Target);
    }

    private sealed class Packing : IDisposable
    {
        private NativeBuffer? _buffer;

        public bool Valid { get; set; }

        public byte* Pointer => (byte*)_buffer!.Pointer;

        public void Reserve(long bytes)
        {
            if (_buffer?.Bytes >= bytes)
                return;
            _buffer?.Dispose();
            _buffer = new NativeBuffer(bytes);
        }

        public void Dispose() => _buffer?.Dispose();
    }
}
