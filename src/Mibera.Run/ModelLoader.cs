using System.CommandLine;
using Mibera.Inference;

namespace Mibera.Run;

/// <summary>Loads the model that the options ask for.</summary>
internal static class ModelLoader
{
    /// <summary>The file of <c>-m</c>, or the demo model, which is announced on stderr.</summary>
    public static string Path(ParseResult options)
    {
        if (options.GetValue(CommandLine.Model) is { } path)
            return path;
        Console.Error.WriteLine($"mibera-run: no model given (-m FILE): this is {DemoModel.Description}.");
        return DemoModel.Extract();
    }

    public static async Task<LanguageModel> LoadAsync(ParseResult options, Status status, int? contextLength, CancellationToken cancellationToken)
    {
        var modelOptions = new ModelOptions
        {
            Threads = options.GetValue(CommandLine.Threads),
            MemoryMap = !options.GetValue(CommandLine.NoMmap),
            ContextLength = contextLength ?? (options.GetValue(CommandLine.Context) is > 0 and var c ? c : null),
            BatchSize = options.GetValue(CommandLine.Batch),
            MicroBatchSize = options.GetValue(CommandLine.MicroBatch),
            Norm = options.GetValue(CommandLine.Norm) switch
            {
                "auto" => NormSelection.Auto,
                "ln" => NormSelection.LayerNorm,
                "rms" => NormSelection.RmsNorm,
                var other => throw new UsageException($"--norm is '{other}', expected auto, ln or rms"),
            },
            LongRope = options.GetValue(CommandLine.LongRope) switch
            {
                "auto" => LongRopeSelection.Auto,
                "short" => LongRopeSelection.AlwaysShort,
                "long" => LongRopeSelection.AlwaysLong,
                var other => throw new UsageException($"--longrope is '{other}', expected auto, short or long"),
            },
            RopeFrequencyBase = options.GetValue(CommandLine.RopeBase),
            Probe = !options.GetValue(CommandLine.NoProbe),
            MetadataOverrides = MetadataOverrideParser.Parse(options.GetValue(CommandLine.OverrideKv) ?? []),
        };
        if (modelOptions.RopeFrequencyBase is { } value && !(float.IsFinite(value) && value > 0f))
            throw new UsageException($"--rope-freq-base is {value}, expected a positive number");
        status.Begin("loading");
        var model = await LanguageModel.LoadAsync(Path(options), modelOptions, status, cancellationToken);
        status.Loaded(model);
        return model;
    }
}
