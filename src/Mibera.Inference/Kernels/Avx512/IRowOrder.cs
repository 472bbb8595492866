namespace Mibera.Inference.Kernels.Avx512;

/// <summary>Which rows are multiplied together. The sums of a row do not depend on it.</summary>
internal interface IRowOrder
{
    /// <summary>Whether they are one row of each of as many streams (<see cref="RowStreams"/>), each of which is fetched a little
    /// ahead of its place, or adjacent, while the next group is fetched.</summary>
    static abstract bool InStreams { get; }
}

/// <summary>Adjacent rows.</summary>
internal readonly struct AdjacentRows : IRowOrder
{
    public static bool InStreams => false;
}

/// <summary>Rows of <see cref="RowStreams"/>.</summary>
internal readonly struct StreamedRows : IRowOrder
{
    public static bool InStreams => true;
}
