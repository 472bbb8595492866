using BenchmarkDotNet.Attributes;
using Mibera.Bench.Kernels;
using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Benchmarks;

/// <summary>Every cell of the kernel table: a format on an instruction set of this machine, one thread, weights in cache.</summary>
public class KernelBenchmarks
{
    private const int Columns = 5120;
    private const int Rows = 64;

    private KernelCase? _vector;
    private KernelCase? _smallBatch;
    private KernelCase? _batch;
    private MatrixKernel? _kernel;

    /// <summary>Pairs with a kernel of their own, as <c>Q2_K/avx512</c>, the float formats' kernel, which serves all sets, as <c>F16/any</c>.</summary>
    public static IEnumerable<string> Cells =>
        from type in KernelBenchSettings.AllTypes
        let sets = InstructionSets.Supported.Where(set => KernelTable.Cell(type, set) is not null).Select(InstructionSets.Name).ToArray()
        from set in sets.Length > 0 ? sets : ["any"]
        select $"{type}/{set}";

    [ParamsSource(nameof(Cells))]
    public string Cell { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        var (type, set) = (Enum.Parse<GgmlType>(Cell.Split('/')[0]), Cell.Split('/')[1]);
        _kernel = set == "any" ? KernelTable.Scalar(type) : KernelTable.Get(type, InstructionSets.Choose(set));
        (_vector, _smallBatch, _batch) = (Create(type, 1), Create(type, 4), Create(type, 128));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _vector?.Dispose();
        _smallBatch?.Dispose();
        _batch?.Dispose();
    }

    /// <summary>64 x 5120 weights with one row of activations.</summary>
    [Benchmark(Baseline = true)]
    public void Decode() => _vector!.Multiply(_kernel!, Rows);

    /// <summary>The same with 4 rows.</summary>
    [Benchmark]
    public void FourRows() => _smallBatch!.Multiply(_kernel!, Rows);

    /// <summary>The same with 128 rows.</summary>
    [Benchmark]
    public void Batch() => _batch!.Multiply(_kernel!, Rows);

    private KernelCase Create(GgmlType type, int tokens)
    {
        var created = new KernelCase(type, Rows, Columns, tokens);
        created.Prepare(_kernel!);
        return created;
    }
}
