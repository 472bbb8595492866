using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// The lines that are to be fetched while a cell multiplies. It fetches them part by part, each run of rows in order and evenly spread
/// over its work: a burst of hints may be executed in any order, and hardware that follows streams seems to mind. On Zen 5, with
/// two threads from memory, Q4_K is 4 to 11 % faster than with bursts. Cells that compute more than they wait (the pairs of rows of
/// the formats with grids) gain nothing and keep small bursts.
/// </summary>
/// <param name="from">Where they begin.</param>
/// <param name="bytes">Bytes to fetch from there on, a constant.</param>
/// <param name="runs">How often to do so, a constant.</param>
/// <param name="apart">Bytes from where each run begins to the next one.</param>
/// <param name="intoFirstLevel">
/// <see cref="Prefetch.IntoFirstLevel"/>, asked outside of the loops: code compiled ahead of time would look there, each time,
/// whether its class is initialized, and be ready to call.
/// </param>
internal readonly unsafe struct ReadAhead(byte* from, int bytes, int runs, nint apart, bool intoFirstLevel)
{
    private const int Line = 64;
    private const int MostLines = 4;

    /// <summary>
    /// What is to be fetched with a block of <paramref name="rows"/> rows (a constant of at most eight), <paramref name="stride"/> bytes
    /// apart: as many bytes, from <paramref name="from"/> on, in the runs of <typeparamref name="TOrder"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadAhead Of<TOrder>(byte* from, nint stride, int rows, int blockBytes, bool intoFirstLevel)
        where TOrder : struct, IRowOrder
    {
        var rowsOfRun = Math.Min(rows, 8 / TOrder.Runs);
        return new(from, rowsOfRun * blockBytes, rows / rowsOfRun, rowsOfRun * stride, intoFirstLevel);
    }

    /// <summary>Bytes from what <see cref="Of"/> fetches with a block of eight rows to what it fetches with the next one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Step<TOrder>(int blockBytes)
        where TOrder : struct, IRowOrder => 8 / TOrder.Runs * blockBytes;

    /// <summary>Bytes from the first to the second of <paramref name="parts"/> of what <see cref="Of"/> fetches with eight rows.</summary>
    public static nint Part<TOrder>(nint stride, int blockBytes, int parts)
        where TOrder : struct, IRowOrder => 8 / parts * (8 / parts < 8 / TOrder.Runs ? blockBytes : stride);

    /// <summary>The first or the second half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadAhead Half(int half) => runs == 1
        ? new(from + half * (bytes / 2), bytes / 2, 1, 0, intoFirstLevel)
        : new(from + half * (runs / 2) * apart, bytes, runs / 2, apart, intoFirstLevel);

    /// <summary>Fetches part <paramref name="part"/> of <paramref name="parts"/> (constants): four lines at most.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FetchPart(int part, int parts)
    {
        var run = (bytes + Line - 1) / Line;
        var first = runs * run * part / parts;
        var count = runs * run * (part + 1) / parts - first;
        Debug.Assert(count <= MostLines, "Lines that no hint would fetch.");
        if (count > 0) Prefetch.Line(from + first / run * apart + first % run * Line, intoFirstLevel);
        if (count > 1) Prefetch.Line(from + (first + 1) / run * apart + (first + 1) % run * Line, intoFirstLevel);
        if (count > 2) Prefetch.Line(from + (first + 2) / run * apart + (first + 2) % run * Line, intoFirstLevel);
        if (count > 3) Prefetch.Line(from + (first + 3) / run * apart + (first + 3) % run * Line, intoFirstLevel);
    }
}
