using Mibera.Inference.Memory;

namespace Mibera.Inference.Models;

/// <summary>
/// Fits a model into a budget. What the user gave stays; of the rest the first combination that fits is taken: smaller batches
/// cost prefill speed only, then the cache becomes q8_0, then the context shrinks, and only then layers are streamed.
/// </summary>
/// <remarks>Where layers must be streamed anyway, a short context would save little: it grows again as far as that is cheap.</remarks>
internal sealed class MemoryPlanner(string path, ModelFootprint footprint, ModelOptions options, SystemMemory machine)
{
    private const int DefaultContext = 4096;
    private const int LeastContext = 512;

    private static readonly int[] Contexts = [3072, 2048, 1536, 1024, 768, LeastContext];
    private static readonly (int Batch, int MicroBatch)[] Batches = [(2048, 512), (1024, 256), (512, 128), (256, 64)];

    // A streamed layer is read once a batch: that stays large while the micro-batch, which takes the memory, shrinks.
    private static readonly (int Batch, int MicroBatch)[] StreamingBatches = [(1024, 128), (512, 64), (128, 64)];

    private long Budget => options.RamBudget?.Bytes ?? machine.Offered;

    /// <exception cref="MemoryBudgetException">Nothing fits.</exception>
    public MemoryPlan Plan()
    {
        if (options.StreamedLayers is { } forced)
            return Describe(Choices(Batches, CacheTypes).First(), Spread(forced));
        foreach (var choice in Choices(Batches, CacheTypes))
        {
            if (Total(choice, []) <= Budget)
                return Describe(choice, []);
        }
        return Stream() ?? throw Refusal();
    }

    /// <summary>Two buffers of the largest streamed layer.</summary>
    public static long BufferBytes(ModelFootprint footprint, IReadOnlyList<int> streamed) =>
        streamed.Count == 0 ? 0 : 2 * streamed.Max(l => new SectionExtents(footprint.LayerTensors[l]).Bytes);

    /// <summary>The longest context for which at most a quarter more is read than for the shortest; null if nothing fits.</summary>
    private MemoryPlan? Stream()
    {
        var plans = Choices(StreamingBatches, [KvCacheType.Q8_0]).Select(Stream).OfType<MemoryPlan>().ToList();
        var least = plans.Min(p => (long?)p.WeightsStreamed.Bytes);
        return plans.Find(p => p.WeightsStreamed.Bytes <= least * 5 / 4);
    }

    /// <summary>As few streamed layers as fit; less than three would take more in buffers than they free.</summary>
    private MemoryPlan? Stream(MemoryChoice choice)
    {
        for (var streamed = 3; streamed <= footprint.LayerBytes.Count; streamed++)
        {
            var layers = Spread(streamed);
            if (Total(choice, layers) <= Budget)
                return Describe(choice, layers);
        }
        return null;
    }

    /// <summary>As many layers as asked for, spread evenly over the depth, so that reading goes on while others compute.</summary>
    private int[] Spread(int count)
    {
        var layers = footprint.LayerBytes.Count;
        count = Math.Min(count, layers);
        return [.. Enumerable.Range(0, layers).Where(i => (long)(i + 1) * count / layers > (long)i * count / layers)];
    }

    private KvCacheType[] CacheTypes => [footprint.DefaultCacheType, KvCacheType.Q8_0];

    private IEnumerable<MemoryChoice> Choices((int Batch, int MicroBatch)[] batches, KvCacheType[] types)
    {
        var first = options.ContextLength ?? Math.Min(DefaultContext, footprint.Config.ContextLength);
        foreach (var context in options.ContextLength is null ? Contexts.Where(c => c < first).Prepend(first) : [first])
        {
            foreach (var type in types)
            {
                foreach (var (batch, microBatch) in batches)
                {
                    yield return new MemoryChoice(context, options.KeyCacheType ?? type, options.ValueCacheType ?? options.KeyCacheType ?? type,
                        options.BatchSize ?? Math.Max(batch, options.MicroBatchSize ?? 0),
                        Math.Min(options.MicroBatchSize ?? microBatch, options.BatchSize ?? int.MaxValue));
                }
            }
        }
    }

    private long Total(MemoryChoice choice, int[] streamed) =>
        Resident(streamed) + BufferBytes(footprint, streamed) + Session(choice) + footprint.RuntimeBytes;

    private long Resident(int[] streamed) => footprint.OutsideBytes + footprint.LayerBytes.Sum() - Streamed(streamed);

    private long Streamed(int[] layers) => layers.Sum(l => footprint.LayerBytes[l]);

    private long Session(MemoryChoice choice) => footprint.CacheBytes(choice) + footprint.ScratchBytes(choice);

    private MemoryPlan Describe(MemoryChoice choice, int[] streamed) => new()
    {
        FilePath = path,
        Layers = footprint.LayerBytes.Count,
        StreamedLayers = streamed,
        WeightsTotal = new ByteSize(footprint.OutsideBytes + footprint.UntouchedBytes + footprint.LayerBytes.Sum()),
        WeightsResident = new ByteSize(Resident(streamed)),
        WeightsStreamed = new ByteSize(Streamed(streamed)),
        StreamBuffers = new ByteSize(BufferBytes(footprint, streamed)),
        KvCache = new ByteSize(footprint.CacheBytes(choice)),
        Scratch = new ByteSize(footprint.ScratchBytes(choice)),
        Runtime = new ByteSize(footprint.RuntimeBytes),
        Budget = new ByteSize(Budget),
        IsBudgetGiven = options.RamBudget is not null,
        PhysicalMemory = new ByteSize(machine.Physical),
        AvailableMemory = new ByteSize(machine.Available),
        GroupLimit = machine.Group is { } group ? new ByteSize(group.Limit) : null,
        GroupUsed = machine.Group is { } used ? new ByteSize(used.Used) : null,
        ContextLength = choice.Context,
        KeyCacheType = choice.KeyType,
        ValueCacheType = choice.ValueType,
        BatchSize = choice.Batch,
        MicroBatchSize = choice.MicroBatch,
        Flags = choice.Flags,
    };

    private MemoryBudgetException Refusal()
    {
        var every = Spread(footprint.LayerBytes.Count);
        var smallest = Choices(StreamingBatches, [KvCacheType.Q8_0]).MinBy(c => Total(c, every))!;
        var needed = new ByteSize(Total(smallest, every));
        var given = options.RamBudget is null ? $"the machine offers {new ByteSize(Budget)}" : $"the budget is {new ByteSize(Budget)}";
        var remedy = $"it would run, slowly, with {needed} (--ram-budget) and {smallest.Flags}, reading all layers anew for every token";
        var free = options with { ContextLength = null, KeyCacheType = null, ValueCacheType = null, BatchSize = null, MicroBatchSize = null };
        if (free != options && TryPlan(free) is { } plan)
            remedy = $"it would fit with {plan.Flags}";
        return new MemoryBudgetException(
            $"{path}: the model does not fit into memory: {needed} are needed at least, {given}; {remedy}.", path);
    }

    private MemoryPlan? TryPlan(ModelOptions other)
    {
        try
        {
            return new MemoryPlanner(path, footprint, other, machine).Plan();
        }
        catch (MemoryBudgetException)
        {
            return null;
        }
    }
}
