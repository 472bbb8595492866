using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>Sixteen rows of unpacked weights, one after the other, become a group of a panel: dword by dword side by side.</summary>
internal static unsafe class SixteenRows
{
    /// <summary>Transposes rows of <see cref="PanelLayout.Chunk"/> bytes.</summary>
    /// <param name="rows">The first row.</param>
    /// <param name="panel">Takes a vector for each dword; aligned to 64.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(byte* rows, byte* panel)
    {
        for (var i = 0; i < PanelLayout.Chunk; i += 64, rows += 64, panel += 16 * 64)
        {
            var (a0, a1, a2, a3) = FourRows(rows);
            var (b0, b1, b2, b3) = FourRows(rows + 4 * PanelLayout.Chunk);
            var (c0, c1, c2, c3) = FourRows(rows + 8 * PanelLayout.Chunk);
            var (d0, d1, d2, d3) = FourRows(rows + 12 * PanelLayout.Chunk);
            Store(a0, b0, c0, d0, panel);
            Store(a1, b1, c1, d1, panel + 64);
            Store(a2, b2, c2, d2, panel + 2 * 64);
            Store(a3, b3, c3, d3, panel + 3 * 64);
        }
    }

    /// <summary>64 bytes of four rows: vector i has, in lane j, the dwords 4 j + i of all four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<byte> Q0, Vector512<byte> Q1, Vector512<byte> Q2, Vector512<byte> Q3) FourRows(byte* rows) =>
        Zmm.Transpose(
            Vector512.Load(rows), Vector512.Load(rows + PanelLayout.Chunk),
            Vector512.Load(rows + 2 * PanelLayout.Chunk), Vector512.Load(rows + 3 * PanelLayout.Chunk));

    /// <summary>Lane j of all four is vector 4 j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<byte> a, Vector512<byte> b, Vector512<byte> c, Vector512<byte> d, byte* panel)
    {
        var (evenAB, oddAB) = (Lanes(a, b, 0x88), Lanes(a, b, 0xDD));
        var (evenCD, oddCD) = (Lanes(c, d, 0x88), Lanes(c, d, 0xDD));
        Lanes(evenAB, evenCD, 0x88).StoreAligned(panel);
        Lanes(oddAB, oddCD, 0x88).StoreAligned(panel + 4 * 64);
        Lanes(evenAB, evenCD, 0xDD).StoreAligned(panel + 8 * 64);
        Lanes(oddAB, oddCD, 0xDD).StoreAligned(panel + 12 * 64);
    }

    /// <summary>Two lanes of each: the even ones (0x88) or the odd ones (0xDD).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Lanes(Vector512<byte> first, Vector512<byte> last, [ConstantExpected] byte control) =>
        Avx512F.Shuffle4x128(first.AsInt32(), last.AsInt32(), control).AsByte();
}
