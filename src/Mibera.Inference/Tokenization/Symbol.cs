namespace Mibera.Inference.Tokenization;

/// <summary>A part of a piece while its parts are merged: a link of a doubly linked list.</summary>
internal struct Symbol(int start, int end, int previous, int next, int id)
{
    /// <summary>First byte in the piece.</summary>
    public readonly int Start = start;

    /// <summary>The byte after the last.</summary>
    public int End = end;

    /// <summary>Index of the left neighbour, or -1.</summary>
    public int Previous = previous;

    /// <summary>Index of the right neighbour, or -1.</summary>
    public int Next = next;

    /// <summary>The token, or -1.</summary>
    public int Id = id;

    /// <summary>Rank of the merge with <see cref="Next"/>; <see cref="MergeTable.None"/> also for symbols merged away.</summary>
    public int Rank = MergeTable.None;
}
