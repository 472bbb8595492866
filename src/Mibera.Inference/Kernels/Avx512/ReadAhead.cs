using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// The lines that are to be fetched while a cell multiplies. It fetches them part by part, in their order and evenly spread over
/// its work: a burst of hints may be executed in any order, and hardware that follows streams seems to mind. On Zen 5, with
/// two threads from memory, Q4_K is 4 to 11 % faster than with bursts. Cells that compute more than they wait (the pairs of rows of
/// the formats with grids) gain nothing and keep small bursts.
/// </summary>
/// <param name="from">Where they begin.</param>
/// <param name="bytes">Bytes to fetch, a constant.</param>
/// <param name="intoFirstLevel">
/// <see cref="Prefetch.IntoFirstLevel"/>, asked outside of the loops: code compiled ahead of time would look there, each time,
/// whether its class is initialized, and be ready to call.
/// </param>
internal readonly unsafe struct ReadAhead(byte* from, int bytes, bool intoFirstLevel)
{
    private const int Line = 64;
    private const int MostLines = 4;

    /// <summary>The first or the second half of these bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadAhead Half(int half) => new(from + half * (bytes / 2), bytes / 2, intoFirstLevel);

    /// <summary>Fetches part <paramref name="part"/> of <paramref name="parts"/> (constants): four lines at most.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FetchPart(int part, int parts)
    {
        var lines = (bytes + Line - 1) / Line;
        var first = lines * part / parts;
        var count = lines * (part + 1) / parts - first;
        Debug.Assert(count <= MostLines, "Lines that no hint would fetch.");
        Prefetch.Lines(from + Line * first, count, intoFirstLevel);
    }
}
