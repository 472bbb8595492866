using System.Diagnostics;
using Mibera.Bench.Machine;
using Mibera.Bench.Measuring;
using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Simd;
using Mibera.Inference.Threading;

namespace Mibera.Bench.Kernels;

/// <summary>
/// Measures cells of the kernel table without any model: each in short runs, between runs of P, of which the best counts.
/// </summary>
internal sealed class KernelBench(KernelBenchSettings settings, CancellationToken cancellationToken)
{
    private const int RowStep = 64;
    private const int WarmUpColumns = 512;
    // More than any kernel takes without a panel.
    private const int WarmUpTokens = 16;
    private const int WarmUpCalls = 40;
    private const long MemoryBytes = 300L << 20;
    private const int MemoryRounds = 8;

    // The runtime compiles hot methods anew in the background, 100 ms after it has last seen new ones.
    private static readonly TimeSpan CompilationPause = TimeSpan.FromMilliseconds(250);

    // Windows as short as those of P: the shorter, the likelier that one of many is undisturbed.
    private const int Windows = 8;
    private static readonly TimeSpan DecodeWindow = TimeSpan.FromMicroseconds(150);
    private static readonly TimeSpan PrefillWindow = TimeSpan.FromMilliseconds(1.5);

    /// <summary>Measures everything; results come as they are ready. A set that only passes on another's cell is not measured twice.</summary>
    public IEnumerable<KernelResult> Run()
    {
        WarmUp();
        foreach (var type in settings.Types)
        {
            using var vector = new KernelCase(type, CachedRows(type), settings.Columns, tokens: 1);
            using var batch = new KernelCase(type, CachedRows(type), settings.Columns, settings.Tokens);
            var measured = new Dictionary<MatrixKernel, KernelResult>(ReferenceEqualityComparer.Instance);
            foreach (var set in settings.Sets)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var kernel = KernelTable.Get(type, set);
                if (!measured.TryGetValue(kernel, out var result))
                    measured.Add(kernel, result = Measure(kernel, set, vector, batch));
                yield return result with { Set = set };
            }
        }
    }

    /// <summary>
    /// Calls every kernel often enough for the runtime to optimize it fully, on small matrices, and lets it do so. Rows are
    /// as many as in the measurement's steps, so the same loops run.
    /// </summary>
    public void WarmUp()
    {
        var kernels = settings.Types.SelectMany(type => settings.Sets.Select(set => KernelTable.Get(type, set))).Distinct().ToArray();
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var kernel in kernels)
            {
                cancellationToken.ThrowIfCancellationRequested();
                WarmUp(kernel, tokens: 1);
                WarmUp(kernel, WarmUpTokens);
            }
            for (var i = 0; i < WarmUpCalls; i++) IntegerPeak.Measure();
            Thread.Sleep(CompilationPause);
        }
    }

    private static void WarmUp(MatrixKernel kernel, int tokens)
    {
        using var work = new KernelCase(kernel.Type, RowStep, WarmUpColumns, tokens);
        work.Prepare(kernel);
        for (var i = 0; i < WarmUpCalls; i++) work.Multiply(kernel, RowStep / 2);
    }

    private KernelResult Measure(MatrixKernel kernel, InstructionSet set, KernelCase vector, KernelCase batch)
    {
        vector.Prepare(kernel);
        batch.Prepare(kernel);
        var prefillRows = RowsFor(kernel, batch);
        Samples decode = new(), prefill = new(), peak = new();
        for (var round = 0; round < settings.Rounds; round++)
        {
            peak.Add(BestOf(Windows, IntegerPeak.Measure));
            decode.Add(BestOf(Windows, () => Rate(() => vector.Multiply(kernel, vector.Weights.Rows), Work(vector, vector.Weights.Rows), DecodeWindow)));
            prefill.Add(Rate(() => batch.Multiply(kernel, prefillRows), Work(batch, prefillRows), PrefillWindow));
        }
        var (memory, read) = settings.MemoryThreads > 0 ? MeasureMemory(kernel) : (null, null);
        return new KernelResult
        {
            Type = kernel.Type,
            Set = set,
            Cell = CellOf(kernel),
            BitsPerWeight = vector.BytesPerWeight * 8,
            Decode = decode,
            Prefill = prefill,
            Memory = memory,
            Peak = peak,
            Read = read,
        };
    }

    private (Samples Memory, Samples Read) MeasureMemory(MatrixKernel kernel)
    {
        using var pool = new WorkerPool(settings.MemoryThreads);
        var rows = (int)(MemoryBytes / kernel.Type.RowBytes(settings.Columns)) / RowStep * RowStep;
        using var work = new KernelCase(kernel.Type, rows, settings.Columns, tokens: 1);
        using var reader = new ReadBandwidth(pool);
        work.Prepare(kernel);
        Samples memory = new(), read = new();
        for (var round = 0; round < MemoryRounds; round++)
        {
            read.Add(reader.Measure(pool));
            memory.Add(Rate(() => work.Multiply(kernel, pool), Work(work, rows), TimeSpan.Zero));
        }
        return (memory, read);
    }

    /// <summary>Rows that fill some 40 % of the second-level cache.</summary>
    private int CachedRows(GgmlType type) => Math.Max(
        RowStep, (int)(MachineDescription.SecondLevelCacheBytes * 2 / 5 / type.RowBytes(settings.Columns)) / RowStep * RowStep);

    /// <summary>
    /// As many rows as take about one window, so that a slow kernel does not hold up the table; whole tiles, as the engine
    /// hands them out.
    /// </summary>
    private static int RowsFor(MatrixKernel kernel, KernelCase batch)
    {
        const int Least = 32;
        var start = Stopwatch.GetTimestamp();
        batch.Multiply(kernel, Least);
        var rows = (int)(Least * (PrefillWindow / Stopwatch.GetElapsedTime(start)));
        return Math.Clamp(rows / Least * Least, Least, batch.Weights.Rows);
    }

    private static double Work(KernelCase work, int rows) => (double)rows * work.Weights.Columns * work.Tokens;

    private static double BestOf(int count, Func<double> measure)
    {
        var best = 0d;
        for (var i = 0; i < count; i++) best = Math.Max(best, measure());
        return best;
    }

    /// <summary>Repeats <paramref name="run"/> for at least <paramref name="atLeast"/>; multiplications per nanosecond.</summary>
    private static double Rate(Action run, double work, TimeSpan atLeast)
    {
        var (start, count) = (Stopwatch.GetTimestamp(), 0);
        TimeSpan elapsed;
        do
        {
            run();
            count++;
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed < atLeast);
        return work * count / elapsed.TotalNanoseconds;
    }

    private static InstructionSet? CellOf(MatrixKernel kernel)
    {
        foreach (var set in InstructionSets.Supported)
        {
            if (ReferenceEquals(KernelTable.Cell(kernel.Type, set), kernel)) return set;
        }
        return null;
    }
}
