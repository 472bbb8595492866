namespace Mibera.Inference.Tokenization;

/// <summary>Which neighbouring symbols become one, in which order.</summary>
internal interface IMergeRules
{
    /// <summary>Order of the merge of two neighbours, the lowest first; <see cref="MergeTable.None"/> where they do not merge.</summary>
    int Rank(in Symbol left, in Symbol right);

    /// <summary>The token that they become.</summary>
    /// <param name="rank">What <see cref="Rank"/> said of them.</param>
    /// <param name="left">The left symbol.</param>
    /// <param name="right">The right symbol.</param>
    int Result(int rank, in Symbol left, in Symbol right);
}
