using System.Diagnostics;
using Mibera.Inference.Diagnostics;
using Mibera.Inference.Gguf;
using Mibera.Inference.Memory;
using Mibera.Inference.Models;
using Mibera.Inference.Simd;
using Mibera.Inference.Threading;

namespace Mibera.Inference;

// From a file to a model: what is read, bound and settled, in this order.
public sealed partial class LanguageModel
{
    /// <summary>Loads on the calling thread.</summary>
    internal static LanguageModel Load(string path, ModelOptions options, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = Stopwatch.GetTimestamp();
        progress?.Report(new LoadProgress("reading header", 0, 0));
        var file = GgufFile.Open(path, options.MemoryMap);
        WeightStore? store = null;
        TransformerWeights? weights = null;
        WorkerPool? pool = null;
        try
        {
            var report = new LoadReport();
            var metadata = options.Override(file.Metadata, report);
            // Of another family's file this is the first thing to say, not the tensors that it lacks.
            ModelLabel.Parse(metadata, path);
            var binding = ModelBinder.Bind(file, report);
            var proposal = ConfigResolver.Resolve(file, metadata, binding, report, options.Overrides);
            var plan = MemoryPlan.For(file, proposal, binding, options);
            progress?.Report(new LoadProgress("reading vocabulary", 0, 0));
            var tokenizer = ReadTokenizer(file, metadata, proposal, report);
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(new LoadProgress("binding weights", 0, 0));
            store = OpenStore(file, options, plan, progress, cancellationToken);
            pool = new WorkerPool(options.Threads == 0 ? ProcessorTopology.UsableCores() : options.Threads);
            weights = new TransformerWeights(file, binding, store, options.InstructionSet ?? InstructionSets.Detect());
            cancellationToken.ThrowIfCancellationRequested();
            if (options.Preload)
                store.BringIn(pool, progress, cancellationToken);
            var config = Settle(proposal, options, plan, tokenizer, weights, pool, report, progress, cancellationToken);
            var model = new LanguageModel(file, weights, pool, config, tokenizer, report, plan, options)
            {
                EndOfGenerationIds = EndOfGeneration(tokenizer, proposal),
                ChatTemplate = metadata.GetStringOrNull("tokenizer.chat_template") is { Length: > 0 } template ? template : null,
            };
            model.LogLoading(Stopwatch.GetElapsedTime(start));
            return model;
        }
        catch
        {
            pool?.Dispose();
            weights?.Dispose();
            if (weights is null)
                store?.Dispose();
            file.Dispose();
            throw;
        }
    }

    private void LogLoading(TimeSpan time)
    {
        _logger.ModelLoaded(FilePath, time.TotalSeconds, ThreadCount, ContextLength);
        foreach (var entry in LoadReport.Entries.Where(e => e.Kind is LoadReportKind.Overruled or LoadReportKind.Warning))
            _logger.LoadNote(FilePath, entry);
    }

    private static WeightStore OpenStore(
        GgufFile file, ModelOptions options, MemoryPlan plan, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
    {
        WeightStore resident = options.MemoryMap ? new MappedWeightStore(file) : new CopiedWeightStore(file, progress, cancellationToken);
        return plan.StreamedLayers.Count == 0 ? resident : new StreamedWeightStore(file, resident, plan.StreamedLayers);
    }

    private static Tokenizer ReadTokenizer(GgufFile file, GgufMetadata metadata, ConfigProposal proposal, LoadReport report)
    {
        var tokenizer = Tokenizer.FromGguf(metadata, warning => report.Add(LoadReportKind.Warning, "tokenizer", warning));
        if (tokenizer.VocabularySize > proposal.Config.Vocabulary)
        {
            throw new UnsupportedModelException(
                $"{file.FilePath}: tokenizer.ggml.tokens has {tokenizer.VocabularySize} tokens, token_embd.weight only {proposal.Config.Vocabulary} rows", file.FilePath);
        }
        return tokenizer;
    }

    private static HashSet<int> EndOfGeneration(Tokenizer tokenizer, ConfigProposal proposal) =>
        [.. tokenizer.EndOfGenerationIds, .. proposal.EndOfGeneration.Select(tokenizer.FindSpecial).OfType<int>()];

    private static ModelConfig Settle(
        ConfigProposal proposal, ModelOptions options, MemoryPlan plan, Tokenizer tokenizer, TransformerWeights weights, WorkerPool pool,
        LoadReport report, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
    {
        if (!proposal.NeedsProbe)
            return proposal.Config;
        if (!options.Probe)
        {
            report.Add(LoadReportKind.Option, "probe", $"switched off: {proposal.Config.Norm} and base {proposal.Config.Rope.Base} stand untested");
            return proposal.Config;
        }
        progress?.Report(new LoadProgress("probing", 0, 0));
        var tokens = tokenizer.Encode(Probe.Text, addBos: true);
        return Probe.Decide(proposal, tokens.AsSpan(0, Math.Min(tokens.Length, Probe.MaxTokens)), config =>
        {
            var transformer = new Transformer(config, weights, pool);
            return Start(transformer, new RopeSelector(config.Rope, options.LongRope), Probe.MaxTokens, plan);
        }, report, cancellationToken);
    }
}
