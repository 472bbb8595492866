namespace Mibera.Inference.Kernels.Avx512;

/// <summary>Which eight rows are multiplied together, and in which order others are fetched meanwhile. The sums of a row do not depend on
/// it.</summary>
internal interface IRowOrder
{
    /// <summary>Whether they are one row of each of as many streams (<see cref="RowStreams"/>), each of which is fetched a little
    /// ahead of its place, or adjacent, while the next group is fetched.</summary>
    static abstract bool InStreams { get; }

    /// <summary>In how many runs (1, 2, 4 or 8) eight rows are fetched, by turns: each has 8 / Runs adjacent rows, and is read in order.
    /// Streams have eight.</summary>
    static abstract int Runs { get; }
}

/// <summary>Adjacent rows, and the next ones fetched in order.</summary>
internal readonly struct AdjacentRows : IRowOrder
{
    public static bool InStreams => false;

    public static int Runs => 1;
}

/// <summary>
/// Adjacent rows, and the next ones fetched in pairs: four runs beside each other, where one input fetches all of them. On Zen 5, two
/// threads from memory, K-quants are 1.04 to 1.15 times as fast as in order, units of 32 1.05 to 1.13. (Two runs are as good; eight need
/// more hints. In cache all cost 1 to 4 %.)
/// </summary>
internal readonly struct AdjacentPairs : IRowOrder
{
    public static bool InStreams => false;

    public static int Runs => 4;
}

/// <summary>Rows of <see cref="RowStreams"/>.</summary>
internal readonly struct StreamedRows : IRowOrder
{
    public static bool InStreams => true;

    public static int Runs => 8;
}
