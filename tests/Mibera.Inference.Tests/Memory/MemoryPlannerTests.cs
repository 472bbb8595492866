using Mibera.Inference.Gguf;
using Mibera.Inference.Memory;
using Mibera.Inference.Models;

namespace Mibera.Inference.Tests.Memory;

/// <summary>What is chosen as the budget shrinks, on the header of a real model of 30 layers.</summary>
public sealed class MemoryPlannerTests
{
    private const string Smol = "smol/smol-chat-135m-Q4_1.gguf";

    [Fact]
    public void FiguresAreThoseOfTheModel()
    {
        var plan = Plan(new ModelOptions { ContextLength = 1000, RamBudget = ByteSize.Parse("10GB") });
        // 30 layers, 3 KV heads of 64, keys and values of 2 bytes, positions in groups of 32.
        Assert.Equal(30L * 3 * 64 * 2 * 2 * 1024, plan.KvCache.Bytes);
        Assert.Equal(plan.WeightsTotal, plan.WeightsResident);
        Assert.Empty(plan.StreamedLayers);
        Assert.Equal(new FileInfo(Fixtures.Path(Smol)).Length, plan.WeightsTotal.Bytes, 4e6);
        Assert.Equal(
            plan.WeightsResident.Bytes + plan.KvCache.Bytes + plan.Scratch.Bytes + plan.Runtime.Bytes, plan.Total.Bytes);
        Assert.Equal("-c 1000 -ctk f16 -ctv f16 -b 2048 -ub 512", plan.Flags);
    }

    [Fact]
    public void BatchesShrinkFirstThenTheCacheThenTheContextThenLayersAreStreamed()
    {
        var roomy = Plan(new ModelOptions { RamBudget = ByteSize.Parse("10GB") });
        var stages = new List<MemoryPlan> { roomy };
        for (var budget = roomy.Total.Bytes - 1; ; budget = stages[^1].Total.Bytes - 1)
        {
            try
            {
                stages.Add(Plan(new ModelOptions { RamBudget = new ByteSize(budget) }));
            }
            catch (MemoryBudgetException)
            {
                break;
            }
            Assert.InRange(stages[^1].Total.Bytes, 1, budget);
        }
        Assert.True(stages[1].MicroBatchSize < roomy.MicroBatchSize && stages[1].KeyCacheType == KvCacheType.F16);
        var eight = stages.FindIndex(p => p.KeyCacheType == KvCacheType.Q8_0);
        var shorter = stages.FindIndex(p => p.ContextLength < roomy.ContextLength);
        var streaming = stages.FindIndex(p => p.StreamedLayers.Count > 0);
        Assert.True(0 < eight && eight < shorter && shorter < streaming, $"{eight}, {shorter}, {streaming}");
        Assert.Equal(512, stages[streaming - 1].ContextLength);
        Assert.Equal(30, stages[^1].StreamedLayers.Count);
        Assert.All(stages[streaming..], p => Assert.Equal(KvCacheType.Q8_0, p.ValueCacheType));
    }

    [Fact]
    public void WhatTheUserGaveStays()
    {
        var options = new ModelOptions { ContextLength = 2048, KeyCacheType = KvCacheType.F16, BatchSize = 300, RamBudget = ByteSize.Parse("10GB") };
        var roomy = Plan(options);
        var tight = Plan(options with { RamBudget = new ByteSize(roomy.Total.Bytes - roomy.WeightsTotal.Bytes / 3) });
        Assert.Equal((2048, KvCacheType.F16, KvCacheType.F16, 300), (tight.ContextLength, tight.KeyCacheType, tight.ValueCacheType, tight.BatchSize));
        Assert.NotEmpty(tight.StreamedLayers);
    }

    [Fact]
    public void WhereLayersAreStreamedAnywayTheContextGrowsAgain()
    {
        var shortest = Plan(new ModelOptions { RamBudget = ByteSize.Parse("150MB"), ContextLength = 512 });
        var chosen = Plan(new ModelOptions { RamBudget = ByteSize.Parse("150MB") });
        Assert.NotEmpty(shortest.StreamedLayers);
        Assert.InRange(chosen.ContextLength, 513, 8192);
        Assert.InRange(chosen.WeightsStreamed.Bytes, shortest.WeightsStreamed.Bytes, shortest.WeightsStreamed.Bytes * 5 / 4);
    }

    [Fact]
    public async Task ABudgetHoldsForAllSessionsTogether()
    {
        var budget = new ByteSize(Plan(new ModelOptions { ContextLength = 512, BatchSize = 64, RamBudget = ByteSize.Parse("10GB") }).Total.Bytes + 1_000_000);
        using var model = await LanguageModel.LoadAsync(Fixtures.Path(Smol), new ModelOptions { ContextLength = 512, BatchSize = 64, RamBudget = budget, Threads = 2 });
        using (var session = model.CreateSession())
        {
            var error = Assert.Throws<MemoryBudgetException>(() => model.CreateSession());
            Assert.Contains(budget.ToString(), error.Message, StringComparison.Ordinal);
        }
        using var next = model.CreateSession();
        Assert.Equal(512, next.ContextLength);
        Assert.Throws<MemoryBudgetException>(() => model.CreateSession(1024));
    }

    [Fact]
    public void StreamedLayersAreSpreadOverTheDepth()
    {
        var layers = Plan(new ModelOptions { StreamedLayers = 10 }).StreamedLayers;
        Assert.Equal(Enumerable.Range(0, 10).Select(i => 3 * i + 2), layers);
        var seven = Plan(new ModelOptions { StreamedLayers = 7 }).StreamedLayers;
        Assert.Equal(7, seven.Count);
        Assert.All(seven.Zip(seven.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 4, 5));
    }

    [Fact]
    public void ARefusalSaysWhatWouldFit()
    {
        var least = Assert.Throws<MemoryBudgetException>(() => Plan(new ModelOptions { RamBudget = ByteSize.Parse("10MB") }));
        Assert.Contains("--ram-budget", least.Message, StringComparison.Ordinal);
        Assert.Contains("-c 512", least.Message, StringComparison.Ordinal);
        Assert.Contains("10 MB", least.Message, StringComparison.Ordinal);
        var asked = Assert.Throws<MemoryBudgetException>(
            () => Plan(new ModelOptions { ContextLength = 1_000_000, RamBudget = ByteSize.Parse("1GB") }));
        Assert.Contains("it would fit with -c", asked.Message, StringComparison.Ordinal);
        Assert.Equal(Fixtures.Path(Smol), asked.File);
    }

    [Fact]
    public void WithoutABudgetTheMachineGivesIt()
    {
        var plan = Plan(new ModelOptions(), new SystemMemory(8L << 30, 300_000_000, new CgroupMemory(1L << 30, 0)));
        Assert.Equal((false, 300_000_000L), (plan.IsBudgetGiven, plan.Budget.Bytes));
        Assert.InRange(plan.Total.Bytes, 1, 300_000_000);
    }

    [Fact]
    public void ThePlanIsATable()
    {
        var plan = MemoryPlan.For(Fixtures.Path("smol/smol-chat-135m-Q4_1.gguf"), new ModelOptions { RamBudget = ByteSize.Parse("2GB") });
        Assert.Equal(4, plan.ToString().Split('\n').Count(l => l.StartsWith("weights", StringComparison.Ordinal)
            || l.StartsWith("KV cache", StringComparison.Ordinal) || l.StartsWith("scratch", StringComparison.Ordinal) || l.StartsWith("total", StringComparison.Ordinal)));
    }

    private static MemoryPlan Plan(ModelOptions options, SystemMemory? machine = null)
    {
        using var file = GgufFile.Open(Fixtures.Path(Smol), mapped: false);
        var report = new LoadReport();
        var binding = ModelBinder.Bind(file, report);
        var proposal = ConfigResolver.Resolve(file, file.Metadata, binding, report, options.Overrides);
        var footprint = new ModelFootprint(proposal, binding, mapped: true, threads: 2);
        return new MemoryPlanner(file.FilePath, footprint, options, machine ?? new SystemMemory(16L << 30, 12L << 30, null)).Plan();
    }
}
