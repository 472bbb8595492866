using System.Globalization;
using System.Text;
using Mibera.Inference.Gguf;
using Mibera.Inference.Memory;
using Mibera.Inference.Models;
using Mibera.Inference.Threading;

namespace Mibera.Inference;

/// <summary>
/// What a model takes in memory with one session, and what was chosen so that it fits: made from the file's header before any
/// weight is touched.
/// </summary>
public sealed record MemoryPlan
{
    internal MemoryPlan()
    {
    }

    /// <summary>The model file.</summary>
    public required string FilePath { get; init; }

    /// <summary>Layers of the model.</summary>
    public required int Layers { get; init; }

    /// <summary>The layers that are read anew on every pass, in ascending order.</summary>
    public required IReadOnlyList<int> StreamedLayers { get; init; }

    /// <summary>All matrices of the file.</summary>
    public required ByteSize WeightsTotal { get; init; }

    /// <summary>Matrices that stay in memory. Of a token embedding that is no output projection only single rows are read; it does
    /// not count.</summary>
    public required ByteSize WeightsResident { get; init; }

    /// <summary>What is read from the disk for every token, or once for each batch of a prompt.</summary>
    public required ByteSize WeightsStreamed { get; init; }

    /// <summary>Bytes that the disk reads in a second, measured briefly when the plan was made; null where nothing is streamed or the
    /// file could not be read.</summary>
    public double? DiskSpeed { get; init; }

    /// <summary>Memory that streamed layers are read into.</summary>
    public required ByteSize StreamBuffers { get; init; }

    /// <summary>Keys and values of a session.</summary>
    public required ByteSize KvCache { get; init; }

    /// <summary>Working memory of a session and of the threads.</summary>
    public required ByteSize Scratch { get; init; }

    /// <summary>The process itself with the vocabulary (an estimate).</summary>
    public required ByteSize Runtime { get; init; }

    /// <summary>All of it.</summary>
    public ByteSize Total => new(WeightsResident.Bytes + StreamBuffers.Bytes + KvCache.Bytes + Scratch.Bytes + Runtime.Bytes);

    /// <summary>What the plan had to fit into.</summary>
    public required ByteSize Budget { get; init; }

    /// <summary>Whether the user gave the budget; otherwise it is what the machine offers.</summary>
    public required bool IsBudgetGiven { get; init; }

    /// <summary>The machine's memory.</summary>
    public required ByteSize PhysicalMemory { get; init; }

    /// <summary>What of it is available without swapping.</summary>
    public required ByteSize AvailableMemory { get; init; }

    /// <summary>The limit of the process's control group, or null.</summary>
    public required ByteSize? GroupLimit { get; init; }

    /// <summary>What the group uses already, page cache that can be dropped aside, or null.</summary>
    public required ByteSize? GroupUsed { get; init; }

    /// <summary>Positions of a session.</summary>
    public required int ContextLength { get; init; }

    /// <summary>How keys are kept.</summary>
    public required KvCacheType KeyCacheType { get; init; }

    /// <summary>How values are kept.</summary>
    public required KvCacheType ValueCacheType { get; init; }

    /// <summary>Tokens of a prompt that pass a layer together.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Tokens that are multiplied together.</summary>
    public required int MicroBatchSize { get; init; }

    /// <summary>The options of <c>mibera-run</c> that repeat these choices.</summary>
    public required string Flags { get; init; }

    /// <summary>Plans a model from its header alone.</summary>
    /// <param name="path">The file; of a split model the first part.</param>
    /// <param name="options">How it would be loaded; null: the defaults.</param>
    /// <exception cref="ModelIOException">The file cannot be opened or read.</exception>
    /// <exception cref="GgufFormatException">The file is no valid GGUF file, or a key has an impossible value.</exception>
    /// <exception cref="UnsupportedModelException">The file holds no model that this engine knows.</exception>
    /// <exception cref="MemoryBudgetException">The model does not fit; the message says what would.</exception>
    public static MemoryPlan For(string path, ModelOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new ModelOptions();
        options.Validate();
        using var file = GgufFile.Open(path, mapped: false);
        var report = new LoadReport();
        var metadata = options.Override(file.Metadata, report);
        ModelLabel.Parse(metadata, path);
        var binding = ModelBinder.Bind(file, report);
        var proposal = ConfigResolver.Resolve(file, metadata, binding, report, options.Overrides);
        return For(file, proposal, binding, options);
    }

    /// <summary>Tokens per second that reading the streamed layers allows at <paramref name="bytesPerSecond"/>; infinite if none
    /// are streamed.</summary>
    public double StreamingLimit(double bytesPerSecond) =>
        WeightsStreamed.Bytes == 0 ? double.PositiveInfinity : bytesPerSecond / WeightsStreamed.Bytes;

    /// <summary>A table of the plan.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Line("weights", WeightsResident, $"of {WeightsTotal}: {Layers - StreamedLayers.Count} of {Layers} layers stay in memory, and the output");
        if (StreamedLayers.Count > 0)
            Line("stream buffers", StreamBuffers, Streaming);
        if (DiskSpeed is { } speed)
            text.Append(Prediction(speed));
        Line("KV cache", KvCache, $"{ContextLength} positions, keys {KeyCacheType}, values {ValueCacheType}");
        Line("scratch", Scratch, $"batches of {BatchSize}, multiplied by {MicroBatchSize}");
        Line("runtime", Runtime, "the process and the vocabulary, estimated");
        Line("total", Total, "");
        Line("budget", Budget, !IsBudgetGiven ? "what the machine offers" : Budget > AvailableMemory ? "given; more than is available now" : "given");
        Line("machine", PhysicalMemory, $"{AvailableMemory} of it available");
        if (GroupLimit is { } limit)
            Line("group limit", limit, $"{GroupUsed} of it used");
        return text.Append(CultureInfo.InvariantCulture, $"{"chosen",-15}            {Flags}\n").ToString();

        void Line(string name, ByteSize size, string remark) =>
            text.Append(string.Create(CultureInfo.InvariantCulture, $"{name,-15}{size,9}   {remark}").TrimEnd()).Append('\n');
    }

    private string Streaming => string.Create(CultureInfo.InvariantCulture,
        $"{StreamedLayers.Count} layers, {WeightsStreamed}, are read for every token");

    private string Prediction(double speed) => string.Create(CultureInfo.InvariantCulture,
        $"{"disk",-15}{speed / 1e9,7:F2} GB/s measured just now: at most {StreamingLimit(speed):G2} tokens/s\n");

    internal static MemoryPlan For(GgufFile file, ConfigProposal proposal, ModelBinding binding, ModelOptions options)
    {
        var threads = options.Threads == 0 ? ProcessorTopology.UsableCores() : options.Threads;
        var footprint = new ModelFootprint(proposal, binding, options.MemoryMap, threads);
        var plan = new MemoryPlanner(file.FilePath, footprint, options, SystemMemory.Read()).Plan();
        if (plan.StreamedLayers.Count == 0)
            return plan;
        return plan with { DiskSpeed = DiskProbe.BytesPerSecond(file, footprint.LayerTensors[plan.StreamedLayers[plan.StreamedLayers.Count / 2]]) };
    }
}
