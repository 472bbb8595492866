namespace Mibera.Inference.Tokenization;

/// <summary>
/// Merges the symbols of a piece, always the pair of the lowest rank and of these the leftmost, until none is left: what
/// byte-pair encoding and SentencePiece's BPE have in common. O(n log n), by a linked list and a heap. Not thread-safe;
/// an encoder takes one per call.
/// </summary>
internal sealed class SymbolMerger
{
    private readonly PriorityQueue<int, long> _queue = new();
    private readonly List<(int Element, long Priority)> _seeds = [];
    private Symbol[] _symbols = new Symbol[64];
    private int _count;

    /// <summary>Begins a new piece.</summary>
    public void Clear() => _count = 0;

    /// <summary>Adds the next symbol.</summary>
    /// <param name="start">Its first byte in the piece.</param>
    /// <param name="end">The byte after its last.</param>
    /// <param name="id">Its token, or -1.</param>
    public void Add(int start, int end, int id)
    {
        if (_count == _symbols.Length) Array.Resize(ref _symbols, _count * 2);
        _symbols[_count] = new(start, end, previous: _count - 1, next: _count + 1, id);
        _count++;
    }

    /// <summary>Merges what can be merged. Afterwards the list from symbol 0 on is the result.</summary>
    public void Merge<TRules>(TRules rules)
        where TRules : struct, IMergeRules, allows ref struct
    {
        if (_count == 0) return;
        _symbols[_count - 1].Next = -1;
        _seeds.Clear();
        for (var i = 0; i < _count - 1; i++)
        {
            var rank = _symbols[i].Rank = rules.Rank(in _symbols[i], in _symbols[i + 1]);
            if (rank != MergeTable.None) _seeds.Add((i, Key(rank, i)));
        }

        _queue.EnqueueRange(_seeds);
        while (_queue.TryDequeue(out var left, out var key))
        {
            // An entry is stale when its left symbol was merged away or has another neighbour since.
            var rank = (int)(key >> 32);
            if (_symbols[left].Rank != rank) continue;
            Join(rules.Result(rank, in _symbols[left], in _symbols[_symbols[left].Next]), left);
            Update(rules, left);
            if (_symbols[left].Previous >= 0) Update(rules, _symbols[left].Previous);
        }
    }

    /// <summary>A symbol.</summary>
    public ref readonly Symbol this[int index] => ref _symbols[index];

    /// <summary>Number of symbols that were added.</summary>
    public int Count => _count;

    private void Join(int id, int left)
    {
        ref var symbol = ref _symbols[left];
        ref var right = ref _symbols[symbol.Next];
        symbol.Id = id;
        symbol.End = right.End;
        symbol.Next = right.Next;
        right.Rank = MergeTable.None;
        if (symbol.Next >= 0) _symbols[symbol.Next].Previous = left;
    }

    private void Update<TRules>(TRules rules, int left)
        where TRules : struct, IMergeRules, allows ref struct
    {
        ref var symbol = ref _symbols[left];
        symbol.Rank = symbol.Next < 0 ? MergeTable.None : rules.Rank(in symbol, in _symbols[symbol.Next]);
        if (symbol.Rank != MergeTable.None) _queue.Enqueue(left, Key(symbol.Rank, left));
    }

    private static long Key(int rank, int left) => ((long)rank << 32) | (uint)left;
}
