namespace Mibera.Inference.Models;

/// <summary>What a <see cref="MemoryPlanner"/> may choose for the user.</summary>
internal sealed record MemoryChoice(int Context, KvCacheType KeyType, KvCacheType ValueType, int Batch, int MicroBatch)
{
    /// <summary>The options of <c>mibera-run</c> that repeat it.</summary>
    public string Flags => $"-c {Context} -ctk {Name(KeyType)} -ctv {Name(ValueType)} -b {Batch} -ub {MicroBatch}";

    private static string Name(KvCacheType type) => type.ToString().ToLowerInvariant();
}
