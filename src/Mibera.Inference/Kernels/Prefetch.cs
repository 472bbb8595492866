using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

/// <summary>
/// Hints that fetch weights while others are multiplied: those of the next groups of rows where groups are adjacent rows, or of
/// the next blocks of <see cref="RowStreams"/>. They are dropped when the
/// processor's queue is full, so they must be spread evenly, and must skip no line.
/// </summary>
internal static unsafe class Prefetch
{
    /// <summary>
    /// Whether to fetch the next group of rows, some 20 KB, into the first-level cache. Measured: on Zen 4 (32 KB) it halves the
    /// speed from memory against the second level (Q3_K 35 against 64 Gweights/s), on Zen 5 (48 KB; family 0x1A) the second
    /// level is 10 to 15 % slower.
    /// </summary>
    public static readonly bool IntoFirstLevel = !Cpu.IsAmd || Cpu.Family > 0x19;

    /// <summary>
    /// How many bytes ahead of a group of rows of <paramref name="groupBytes"/> to fetch: the next group, and no nearer than
    /// what memory delivers while one line is on its way (a thread's 30 GB/s times 250 ns of a busy memory).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Distance(nint groupBytes) => Math.Max(groupBytes, 8192);

    /// <summary>Fetches the lines of <paramref name="bytes"/> (a constant, at most 2048) bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(byte* from, int bytes, bool intoFirstLevel)
    {
        if (intoFirstLevel)
            Lines0(from, bytes);
        else
            Lines1(from, bytes);
    }

    // Written out: the condition is constant, and a loop would cost as much as the hints.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lines0(byte* from, int bytes)
    {
        if (bytes > 0) Sse.Prefetch0(from + 0);
        if (bytes > 64) Sse.Prefetch0(from + 64);
        if (bytes > 128) Sse.Prefetch0(from + 128);
        if (bytes > 192) Sse.Prefetch0(from + 192);
        if (bytes > 256) Sse.Prefetch0(from + 256);
        if (bytes > 320) Sse.Prefetch0(from + 320);
        if (bytes > 384) Sse.Prefetch0(from + 384);
        if (bytes > 448) Sse.Prefetch0(from + 448);
        if (bytes > 512) Sse.Prefetch0(from + 512);
        if (bytes > 576) Sse.Prefetch0(from + 576);
        if (bytes > 640) Sse.Prefetch0(from + 640);
        if (bytes > 704) Sse.Prefetch0(from + 704);
        if (bytes > 768) Sse.Prefetch0(from + 768);
        if (bytes > 832) Sse.Prefetch0(from + 832);
        if (bytes > 896) Sse.Prefetch0(from + 896);
        if (bytes > 960) Sse.Prefetch0(from + 960);
        if (bytes > 1024) Sse.Prefetch0(from + 1024);
        if (bytes > 1088) Sse.Prefetch0(from + 1088);
        if (bytes > 1152) Sse.Prefetch0(from + 1152);
        if (bytes > 1216) Sse.Prefetch0(from + 1216);
        if (bytes > 1280) Sse.Prefetch0(from + 1280);
        if (bytes > 1344) Sse.Prefetch0(from + 1344);
        if (bytes > 1408) Sse.Prefetch0(from + 1408);
        if (bytes > 1472) Sse.Prefetch0(from + 1472);
        if (bytes > 1536) Sse.Prefetch0(from + 1536);
        if (bytes > 1600) Sse.Prefetch0(from + 1600);
        if (bytes > 1664) Sse.Prefetch0(from + 1664);
        if (bytes > 1728) Sse.Prefetch0(from + 1728);
        if (bytes > 1792) Sse.Prefetch0(from + 1792);
        if (bytes > 1856) Sse.Prefetch0(from + 1856);
        if (bytes > 1920) Sse.Prefetch0(from + 1920);
        if (bytes > 1984) Sse.Prefetch0(from + 1984);
    }

    // Written out: the condition is constant, and a loop would cost as much as the hints.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lines1(byte* from, int bytes)
    {
        if (bytes > 0) Sse.Prefetch1(from + 0);
        if (bytes > 64) Sse.Prefetch1(from + 64);
        if (bytes > 128) Sse.Prefetch1(from + 128);
        if (bytes > 192) Sse.Prefetch1(from + 192);
        if (bytes > 256) Sse.Prefetch1(from + 256);
        if (bytes > 320) Sse.Prefetch1(from + 320);
        if (bytes > 384) Sse.Prefetch1(from + 384);
        if (bytes > 448) Sse.Prefetch1(from + 448);
        if (bytes > 512) Sse.Prefetch1(from + 512);
        if (bytes > 576) Sse.Prefetch1(from + 576);
        if (bytes > 640) Sse.Prefetch1(from + 640);
        if (bytes > 704) Sse.Prefetch1(from + 704);
        if (bytes > 768) Sse.Prefetch1(from + 768);
        if (bytes > 832) Sse.Prefetch1(from + 832);
        if (bytes > 896) Sse.Prefetch1(from + 896);
        if (bytes > 960) Sse.Prefetch1(from + 960);
        if (bytes > 1024) Sse.Prefetch1(from + 1024);
        if (bytes > 1088) Sse.Prefetch1(from + 1088);
        if (bytes > 1152) Sse.Prefetch1(from + 1152);
        if (bytes > 1216) Sse.Prefetch1(from + 1216);
        if (bytes > 1280) Sse.Prefetch1(from + 1280);
        if (bytes > 1344) Sse.Prefetch1(from + 1344);
        if (bytes > 1408) Sse.Prefetch1(from + 1408);
        if (bytes > 1472) Sse.Prefetch1(from + 1472);
        if (bytes > 1536) Sse.Prefetch1(from + 1536);
        if (bytes > 1600) Sse.Prefetch1(from + 1600);
        if (bytes > 1664) Sse.Prefetch1(from + 1664);
        if (bytes > 1728) Sse.Prefetch1(from + 1728);
        if (bytes > 1792) Sse.Prefetch1(from + 1792);
        if (bytes > 1856) Sse.Prefetch1(from + 1856);
        if (bytes > 1920) Sse.Prefetch1(from + 1920);
        if (bytes > 1984) Sse.Prefetch1(from + 1984);
    }
}
