using System.CommandLine;
using Mibera.Inference;

namespace Mibera.Run;

/// <summary>Loads the model that the options ask for.</summary>
internal static class ModelLoader
{
    /// <summary>Less than the runtime itself takes by far: a unit was forgotten, as in 6 or 6500.</summary>
    private const int LeastBudget = 1_000_000;

    /// <summary>The file of <c>-m</c>, or the demo model, which is announced on stderr.</summary>
    public static string Path(ParseResult options)
    {
        if (options.GetValue(CommandLine.Model) is { } path)
            return path.Length > 0 ? path : throw new UsageException("-m needs the name of a file");
        Messages.Line($"mibera-run: no model given (-m FILE): this is {DemoModel.Description}.");
        return DemoModel.Extract();
    }

    public static async Task<LanguageModel> LoadAsync(ParseResult options, Status status, int? contextLength, CancellationToken cancellationToken)
    {
        var modelOptions = Options(options, contextLength);
        var path = Path(options);
        if (modelOptions.RamBudget is { } budget && OperatingSystem.IsWindows())
            WorkingSet.Limit(budget);
        status.LoadingBegins();
        var model = await LanguageModel.LoadAsync(path, modelOptions, status, cancellationToken);
        if (modelOptions.ContextLength > model.TrainingContextLength)
            status.Note($"the context of {modelOptions.ContextLength} exceeds the {model.TrainingContextLength} that the model was trained for: text beyond those may make no sense");
        status.Loaded(model);
        return model;
    }

    /// <summary>How the options want the model loaded.</summary>
    public static ModelOptions Options(ParseResult options, int? contextLength = null)
    {
        return new ModelOptions
        {
            Threads = options.GetValue(CommandLine.Threads) ?? 0,
            MemoryMap = !options.GetValue(CommandLine.NoMmap),
            ContextLength = contextLength ?? (options.GetValue(CommandLine.Context) is > 0 and var c ? c : null),
            RamBudget = Budget(options.GetValue(CommandLine.RamBudget)),
            KeyCacheType = CacheType(options, CommandLine.KeyCache),
            ValueCacheType = CacheType(options, CommandLine.ValueCache),
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
    }

    private static ByteSize? Budget(string? text)
    {
        const string Expected = "expected a size such as 6.5GB, 6GiB or 6500000000";
        if (text is null)
            return null;
        if (!ByteSize.TryParse(text, out var size) || size.Bytes <= 0)
            throw new UsageException($"--ram-budget is '{text}', {Expected}");
        return size.Bytes >= LeastBudget ? size : throw new UsageException($"--ram-budget is '{text}', which is {size}; {Expected}");
    }

    private static KvCacheType? CacheType(ParseResult options, Option<string> option) => options.GetValue(option)?.ToLowerInvariant() switch
    {
        null => null,
        "f16" => KvCacheType.F16,
        "q8_0" => KvCacheType.Q8_0,
        "q4_0" => KvCacheType.Q4_0,
        "f32" => KvCacheType.F32,
        var other => throw new UsageException($"{option.Name} is '{other}', expected f16, q8_0, q4_0 or f32"),
    };
}
