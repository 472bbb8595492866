using System.Numerics;
using System.Runtime.CompilerServices;

namespace Mibera.Inference.Tokenization;

/// <summary>
/// The merges of byte-pair encoding on ids: which two neighbouring tokens become which one, the lowest rank first.
/// </summary>
internal sealed class MergeTable
{
    /// <summary>What <see cref="Rank"/> says of two tokens that do not merge.</summary>
    public const int None = int.MaxValue;

    private readonly List<Merge> _merges;

    // Open addressing over the pairs; rank + 1, 0 is a free slot. At most two thirds full.
    private readonly int[] _slots;

    /// <summary>Makes an empty table.</summary>
    /// <param name="capacity">Number of merges that will be added at most.</param>
    public MergeTable(int capacity)
    {
        _merges = new(capacity);
        _slots = new int[BitOperations.RoundUpToPowerOf2((uint)capacity + ((uint)capacity / 2) + 1)];
    }

    /// <summary>Number of merges.</summary>
    public int Count => _merges.Count;

    /// <summary>Adds the merge of the next rank; a pair that is there already keeps its rank.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int left, int right, int result)
    {
        var slot = FindSlot(left, right);
        if (_slots[slot] != 0) return;
        _merges.Add(new(left, right, result));
        _slots[slot] = _merges.Count;
    }

    /// <summary>The rank of the merge of two tokens, or <see cref="None"/>.</summary>
    public int Rank(int left, int right)
    {
        var entry = _slots[FindSlot(left, right)];
        return entry == 0 ? None : entry - 1;
    }

    /// <summary>The token that the merge of a rank makes.</summary>
    public int Result(int rank) => _merges[rank].Result;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindSlot(int left, int right)
    {
        var mask = _slots.Length - 1;
        var slot = (int)ByteHash.Of(((ulong)(uint)left << 32) | (uint)right) & mask;
        while (_slots[slot] is not 0 and var entry)
        {
            var merge = _merges[entry - 1];
            if (merge.Left == left && merge.Right == right) break;
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private readonly record struct Merge(int Left, int Right, int Result);
}
