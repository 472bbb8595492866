using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>Sixteen rows of unpacked weights, one after the other, become a group of a panel: dword by dword side by side.</summary>
internal static unsafe class SixteenRows
{
    /// <summary>Transposes the first <paramref name="bytes"/> of the rows, rounded up to 64.</summary>
    /// <param name="rows">The first row.</param>
    /// <param name="rowBytes">Bytes from row to row.</param>
    /// <param name="bytes">Bytes of a row.</param>
    /// <param name="panel">Takes a vector for each dword.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(byte* rows, nint rowBytes, int bytes, byte* panel)
    {
        for (var i = 0; i < bytes; i += 64, rows += 64, panel += 16 * 64)
        {
            FourRows(rows, rowBytes, out var a0, out var a1, out var a2, out var a3);
            FourRows(rows + 4 * rowBytes, rowBytes, out var b0, out var b1, out var b2, out var b3);
            FourRows(rows + 8 * rowBytes, rowBytes, out var c0, out var c1, out var c2, out var c3);
            FourRows(rows + 12 * rowBytes, rowBytes, out var d0, out var d1, out var d2, out var d3);
            Store(a0, b0, c0, d0, panel);
            Store(a1, b1, c1, d1, panel + 64);
            Store(a2, b2, c2, d2, panel + 2 * 64);
            Store(a3, b3, c3, d3, panel + 3 * 64);
        }
    }

    /// <summary>64 bytes of four rows: vector i has, in lane j, the dwords 4 j + i of all four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRows(
        byte* rows, nint rowBytes, out Vector512<long> q0, out Vector512<long> q1, out Vector512<long> q2, out Vector512<long> q3) =>
        TransposeLanes(
            Vector512.Load((int*)rows), Vector512.Load((int*)(rows + rowBytes)), Vector512.Load((int*)(rows + 2 * rowBytes)),
            Vector512.Load((int*)(rows + 3 * rowBytes)), out q0, out q1, out q2, out q3);

    /// <summary>In every lane, a matrix of four dwords of each of four vectors transposed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TransposeLanes(
        Vector512<int> r0, Vector512<int> r1, Vector512<int> r2, Vector512<int> r3,
        out Vector512<long> q0, out Vector512<long> q1, out Vector512<long> q2, out Vector512<long> q3)
    {
        var (low01, high01) = (Avx512F.UnpackLow(r0, r1).AsInt64(), Avx512F.UnpackHigh(r0, r1).AsInt64());
        var (low23, high23) = (Avx512F.UnpackLow(r2, r3).AsInt64(), Avx512F.UnpackHigh(r2, r3).AsInt64());
        q0 = Avx512F.UnpackLow(low01, low23);
        q1 = Avx512F.UnpackHigh(low01, low23);
        q2 = Avx512F.UnpackLow(high01, high23);
        q3 = Avx512F.UnpackHigh(high01, high23);
    }

    /// <summary>Lane j of all four is vector 4 j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<long> a, Vector512<long> b, Vector512<long> c, Vector512<long> d, byte* panel)
    {
        var (evenAB, oddAB) = (Avx512F.Shuffle4x128(a, b, 0x88), Avx512F.Shuffle4x128(a, b, 0xDD));
        var (evenCD, oddCD) = (Avx512F.Shuffle4x128(c, d, 0x88), Avx512F.Shuffle4x128(c, d, 0xDD));
        Avx512F.Shuffle4x128(evenAB, evenCD, 0x88).StoreAligned((long*)panel);
        Avx512F.Shuffle4x128(oddAB, oddCD, 0x88).StoreAligned((long*)(panel + 4 * 64));
        Avx512F.Shuffle4x128(evenAB, evenCD, 0xDD).StoreAligned((long*)(panel + 8 * 64));
        Avx512F.Shuffle4x128(oddAB, oddCD, 0xDD).StoreAligned((long*)(panel + 12 * 64));
    }
}
