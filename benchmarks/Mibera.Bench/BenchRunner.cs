using Mibera.Bench.CommandLine;
using Mibera.Bench.Kernels;
using Mibera.Bench.Machine;
using Mibera.Bench.Models;
using Mibera.Bench.Reports;
using Mibera.Bench.Synthetic;
using Mibera.Inference.Simd;
using Mibera.Inference.Threading;

namespace Mibera.Bench;

/// <summary>Does what the command line asks for.</summary>
internal sealed class BenchRunner(BenchSettings settings, ProgressDisplay progress, CancellationToken cancellationToken)
{
    // Limits are measured once in so many cells: often enough to see them drift.
    private const int ResultsPerLimit = 10;

    /// <exception cref="BenchException">Something that the user can put right.</exception>
    /// <exception cref="Mibera.Inference.MiberaException">A model cannot be loaded or written.</exception>
    public BenchReport Run()
    {
        var report = new BenchReport { Machine = MachineDescription.Current };
        return settings.Kernels
            ? Kernels(report)
            : report with { Models = [.. settings.Models.Select(path => Model(path, () => { })), .. SyntheticModels()] };
    }

    private BenchReport Kernels(BenchReport report)
    {
        var kernels = KernelSettings();
        var bench = new KernelBench(kernels, cancellationToken);
        using var meter = new LimitMeter(Threads);
        return progress.Run("measuring kernels", kernels.Types.Count * kernels.Sets.Count, advance =>
        {
            meter.WarmUp();
            var results = new List<KernelResult>();
            foreach (var result in bench.Run())
            {
                if (results.Count % ResultsPerLimit == 0) meter.Sample();
                results.Add(result);
                advance(1);
            }
            meter.Sample();
            return report with { Kernels = results, Limits = meter.Limits };
        });
    }

    private int Threads => settings.Threads > 0 ? settings.Threads : ProcessorTopology.UsableCores();

    private KernelBenchSettings KernelSettings() => new()
    {
        Types = settings.KernelTypes.Count > 0 ? settings.KernelTypes : KernelBenchSettings.AllTypes,
        Sets = KernelSets(),
        Tokens = Math.Max(1, settings.PromptTokens),
        MemoryThreads = settings.FromMemory ? Threads : 0,
    };

    private IReadOnlyList<InstructionSet> KernelSets()
    {
        if (settings.Sets.Count > 0) return settings.Sets;
        var forced = Environment.GetEnvironmentVariable(InstructionSets.Variable);
        return string.IsNullOrWhiteSpace(forced) ? [.. InstructionSets.Supported.Reverse()] : [InstructionSets.Choose(forced)];
    }

    private ModelResult Model(string path, Action loaded)
    {
        var bench = new ModelBench(
            new ModelBenchSettings
            {
                PromptTokens = settings.PromptTokens,
                GeneratedTokens = settings.GeneratedTokens,
                Depth = settings.Depth,
                Threads = settings.Threads,
                Repetitions = settings.Repetitions,
                MicroBatch = settings.MicroBatch,
                MemoryMap = settings.MemoryMap,
                Set = settings.Sets.Count > 0 ? settings.Sets[0] : null,
            },
            cancellationToken);
        return progress.Run($"measuring {Path.GetFileName(path)}", bench.Steps, advance => bench.Run(path, loaded, advance));
    }

    private List<ModelResult> SyntheticModels()
    {
        var results = new List<ModelResult>();
        if (settings.Synthetic.Count == 0) return results;
        using var scratch = new ScratchFolder(settings.Scratch, settings.Keep);
        DemandRoom(scratch);
        foreach (var model in settings.Synthetic) results.Add(SyntheticModel(model, scratch));
        return results;
    }

    private ModelResult SyntheticModel(SyntheticModel model, ScratchFolder scratch)
    {
        var path = Path.Combine(scratch.FullPath, model.FileName);
        // Kept by an earlier run, which meant it to stay.
        if (SyntheticModelFile.IsWritten(model, path)) return Model(path, () => { });
        if (File.Exists(path)) throw new BenchException($"{path}: a file of this name is there and is another model; name another folder with --scratch.");
        scratch.Reserve(path);
        Write(model, path, scratch);
        // Where an open file can be deleted it goes now: then nothing can leave it behind.
        var result = Model(path, () => { if (!OperatingSystem.IsWindows()) scratch.ForgetOpen(path); });
        scratch.Release(path);
        return result;
    }

    /// <summary>Kept files must all fit, others one after the other. Before anything is written.</summary>
    private void DemandRoom(ScratchFolder scratch)
    {
        var missing = settings.Synthetic.Where(model => !SyntheticModelFile.IsWritten(model, Path.Combine(scratch.FullPath, model.FileName))).ToArray();
        if (missing.Length == 0) return;
        if (settings.Keep) scratch.DemandRoom(missing.Sum(model => model.FileBytes), $"{missing.Length} synthetic models");
        else scratch.DemandRoom(missing.Max(model => model.FileBytes), missing.MaxBy(model => model.FileBytes)!.FileName);
    }

    private void Write(SyntheticModel model, string path, ScratchFolder scratch)
    {
        // Again: the disk belongs to others, too.
        scratch.DemandRoom(model.FileBytes, model.FileName);
        progress.Run($"writing {model.FileName} ({ByteText.Of(model.FileBytes)})", model.WeightBytes, advance =>
        {
            new SyntheticModelFile(model, count => advance(count), cancellationToken).WriteTo(path);
            return true;
        });
    }
}
