using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

/// <summary>
/// Hints of the AVX-512 kernels, which fetch weights while others are multiplied: those of the next groups where groups are adjacent
/// rows, or a little ahead in each stream. They must be spread evenly, and must skip no line.
/// </summary>
internal static unsafe class Prefetch
{
    /// <summary>
    /// Whether to fetch into the first-level cache, where adjacent rows take some 20 KB ahead. Measured: on Zen 4 (32 KB) it halves the
    /// speed from memory against the second level (Q3_K 35 against 64 Gweights/s), on Zen 5 (48 KB; family 0x1A) the second
    /// level is 10 to 15 % slower, and on Golden Cove (48 KB) reads of four or eight streams lose 2 to 15 % by it.
    /// </summary>
    public static readonly bool IntoFirstLevel = !Cpu.IsZen4OrOlder;

    /// <summary>
    /// How many bytes ahead of a group of rows of <paramref name="groupBytes"/> to fetch: the next group, and no nearer than
    /// what memory delivers while one line is on its way (a thread's 30 GB/s times 250 ns of a busy memory).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Distance(nint groupBytes) => Math.Max(groupBytes, 8192);

    /// <summary>
    /// How many bytes ahead of its place each of eight streams is fetched with AVX-512 (others: <see cref="RowStreams.PrefetchDistance"/>).
    /// On Zen 5, the only one of AMD's that reads any, Q8_0 is 1.01 to 1.05 times as fast with 1024 as with 512; on Golden Cove farther
    /// ones than 768 are slower.
    /// </summary>
    public static int StreamDistance
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Cpu.IsAmd ? 1024 : RowStreams.PrefetchDistance;
    }

    /// <summary>Fetches the line of an address, which need not be mapped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(byte* address, bool intoFirstLevel)
    {
        if (intoFirstLevel)
            Sse.Prefetch0(address);
        else
            Sse.Prefetch1(address);
    }
}
