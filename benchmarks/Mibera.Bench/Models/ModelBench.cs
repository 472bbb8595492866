using System.Diagnostics;
using Mibera.Bench.Kernels;
using Mibera.Bench.Machine;
using Mibera.Bench.Measuring;
using Mibera.Bench.Synthetic;
using Mibera.Inference;
using Mibera.Inference.Gguf;
using Mibera.Inference.Simd;

namespace Mibera.Bench.Models;

/// <summary>
/// Measures a model: prefill of a prompt and decode of single tokens, each from the same depth, with the machine's limits
/// measured between the repetitions. Tokens are random ones: what they are does not matter to a dense model's speed.
/// </summary>
internal sealed class ModelBench(ModelBenchSettings settings, CancellationToken cancellationToken)
{
    private const ulong Seed = 0x6d69626572610003;
    private const int WarmUpPrompt = 32;
    private const int WarmUpTokens = 4;
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(0.7);

    /// <summary>Steps that <see cref="Run"/> reports: warming up, and each repetition.</summary>
    public double Steps => 1 + settings.Repetitions;

    /// <summary>Loads and measures a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="loaded">Called when the engine has opened the file.</param>
    /// <param name="advance">Told of every step that is done.</param>
    /// <exception cref="MiberaException">The file cannot be loaded.</exception>
    public ModelResult Run(string path, Action loaded, Action<double> advance)
    {
        // What writing a synthetic model, or an earlier one, has left behind is none of this one's memory.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var memory = new PeakMemory();
        var start = Stopwatch.GetTimestamp();
        using var model = Load(path);
        var loadTime = Stopwatch.GetElapsedTime(start);
        var (cost, fileBytes) = Inspect(model, path);
        loaded();
        using var meter = new LimitMeter(model.ThreadCount);
        meter.WarmUp();
        using var session = model.CreateSession(settings.ContextLength);
        var tokens = RandomTokens(model.VocabularySize);
        WarmUp(session, tokens);
        advance(1);

        Samples prefill = new(), decode = new();
        SampleLimits(meter, memory);
        for (var repetition = 0; repetition < settings.Repetitions; repetition++)
        {
            if (settings.PromptTokens > 0) prefill.Add(Prefill(session, tokens));
            meter.SampleIntegerPeak();
            if (settings.GeneratedTokens > 0) decode.Add(Decode(session, tokens));
            SampleLimits(meter, memory);
            advance(1);
        }
        var peak = memory.Bytes;
        return new ModelResult
        {
            Path = path,
            Name = Path.GetFileNameWithoutExtension(path),
            FileBytes = fileBytes,
            Cost = cost,
            InstructionSet = InstructionSets.Name(Set),
            LoadTime = loadTime,
            PromptTokens = settings.PromptTokens,
            GeneratedTokens = settings.GeneratedTokens,
            Depth = settings.Depth,
            Prefill = prefill,
            Decode = decode,
            PeakMemoryBytes = peak,
            Limits = meter.Limits,
            KernelRate = KernelRate(cost, model.ThreadCount),
        };
    }

    private InstructionSet Set => settings.Set ?? InstructionSets.Detect();

    private LanguageModel Load(string path)
    {
        var options = new ModelOptions
        {
            Threads = settings.Threads,
            ContextLength = settings.ContextLength,
            // What a probe decides changes the numbers of a model, not its speed.
            Probe = false,
            InstructionSet = settings.Set,
            MemoryMap = settings.MemoryMap,
        };
        if (settings.MicroBatch is { } microBatch) options = options with { MicroBatchSize = microBatch };
        return LanguageModel.LoadAsync(path, options, cancellationToken: cancellationToken).GetAwaiter().GetResult();
    }

    private int[] RandomTokens(int vocabulary)
    {
        var random = new RandomBits(Seed);
        return [.. Enumerable.Range(0, settings.ContextLength).Select(_ => random.NextInt32(vocabulary))];
    }

    /// <summary>Touches every weight, and goes on for as long as the runtime takes to compile hot code anew.</summary>
    private void WarmUp(InferenceSession session, int[] tokens)
    {
        Repeat(() => session.Evaluate(tokens.AsSpan(0, Math.Min(WarmUpPrompt, tokens.Length)), cancellationToken));
        Repeat(() =>
        {
            for (var i = 0; i < Math.Min(WarmUpTokens, tokens.Length); i++) session.Evaluate(tokens.AsSpan(i, 1), cancellationToken);
        });
        if (settings.Depth > 0) session.Evaluate(tokens.AsSpan(0, settings.Depth), cancellationToken);

        void Repeat(Action run)
        {
            var start = Stopwatch.GetTimestamp();
            do
            {
                run();
                session.Truncate(0);
            }
            while (Stopwatch.GetElapsedTime(start) < WarmUpTime);
        }
    }

    private double Prefill(InferenceSession session, int[] tokens)
    {
        var start = Stopwatch.GetTimestamp();
        session.Evaluate(tokens.AsSpan(settings.Depth, settings.PromptTokens), cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(start);
        session.Truncate(settings.Depth);
        return settings.PromptTokens / elapsed.TotalSeconds;
    }

    private double Decode(InferenceSession session, int[] tokens)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < settings.GeneratedTokens; i++) session.Evaluate(tokens.AsSpan(settings.Depth + i, 1), cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(start);
        session.Truncate(settings.Depth);
        return settings.GeneratedTokens / elapsed.TotalSeconds;
    }

    /// <summary>The memory that R needs is none of the model's.</summary>
    private static void SampleLimits(LimitMeter meter, PeakMemory memory)
    {
        memory.Pause();
        meter.Sample();
        memory.Resume();
    }

    private static (ModelCost Cost, long FileBytes) Inspect(LanguageModel model, string path)
    {
        using var file = GgufFile.Open(path, mapped: false);
        var config = model.Config;
        var expertShare = config.Experts > 0 ? (double)config.ExpertsUsed / config.Experts : 1;
        return (ModelCost.Of(file, config.Layers, config.KvWidth, expertShare), file.TotalBytes);
    }

    /// <summary>
    /// The kernels' own rate for this mix of formats: all weights over the sum of the formats' times. Measured on as many
    /// threads as the model has, each with its own data: a processor with all cores at work runs at a lower clock.
    /// </summary>
    private double KernelRate(ModelCost cost, int threads)
    {
        var rates = new double[threads];
        var workers = Enumerable.Range(0, threads).Select(i => Task.Factory.StartNew(
            () => rates[i] = KernelRate(cost), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Task.WhenAll(workers).GetAwaiter().GetResult();
        return rates.Average();
    }

    private double KernelRate(ModelCost cost)
    {
        var bench = new KernelBench(
            new KernelBenchSettings { Types = [.. cost.WeightsByType.Keys], Sets = [Set], Tokens = WarmUpPrompt }, cancellationToken);
        var time = bench.Run().Sum(result => cost.WeightsByType[result.Type] / result.Decode.Best);
        return cost.WeightsByType.Values.Sum() / time;
    }
}
