using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Fills panels of matrix x matrix from formats whose weights come in groups of eight, as their decode kernels unpack them: weight k of
/// 64 groups in a vector, a pair of rows in its halves. Bytes are interleaved to groups, then dwords of sixteen rows transposed. That
/// takes two fifths of the time of looking the groups of each row up in memory (Zen 5).
/// </summary>
internal static unsafe class GroupPanel<TPair>
    where TPair : struct, IRowPair
{
    /// <summary>Rows of a group of the panel.</summary>
    private const int Rows = 16;

    private const int UnitsBytes = Rows / 2 * GroupUnits.Vectors * 64;

    /// <summary>Unpacks the weights of a tile.</summary>
    /// <param name="blocks">The block of the first row.</param>
    /// <param name="stride">Bytes from row to row.</param>
    /// <param name="ahead">As many bytes from there on are fetched into the second-level cache as the tile's blocks have.</param>
    /// <param name="panel">Takes the weights.</param>
    /// <param name="groupBytes">Bytes from group to group of the panel.</param>
    /// <param name="staging">Aligned to 64.</param>
    /// <param name="stagingBytes">How many bytes are there.</param>
    /// <exception cref="ArgumentOutOfRangeException">They are too few.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(byte* blocks, nint stride, byte* ahead, byte* panel, nint groupBytes, byte* staging, int stagingBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stagingBytes, UnitsBytes + TPair.CodeBytes);
        var constants = TPair.Constants;
        for (var row = 0; row < PanelLayout.TileRows; row += Rows, panel += groupBytes)
        {
            // Pair p of the first eight rows: p and p + 4; of the others p + 4 and p + 8.
            for (var pair = 0; pair < Rows / 2; pair += 2, ahead += 4 * TPair.BlockBytes)
            {
                for (var line = 0; line < 4 * TPair.BlockBytes; line += 64)
                    Sse.Prefetch1(ahead + line);
                var low = blocks + (row + pair + pair / 4 * 4) * stride;
                TPair.UnpackGroups(constants, low, low + 4 * stride, stride, staging + UnitsBytes, staging + 64 * pair);
            }
            for (var unit = 0; unit < GroupUnits.Vectors; unit++)
                Transpose(staging + unit * GroupUnits.Stride, panel + unit * 4 * 64);
        }
    }

    /// <summary>The quads of two units of columns, 16 <c>unit</c> and 128 + 16 <c>unit</c>, of sixteen rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(byte* pairs, byte* panel)
    {
        var (a0, a1, a2, a3) = FourPairs(pairs);
        var (b0, b1, b2, b3) = FourPairs(pairs + 4 * 64);
        Store(a0, b0, panel);
        Store(a1, b1, panel + 64);
        Store(a2, b2, panel + 2 * 64);
        Store(a3, b3, panel + 3 * 64);
    }

    /// <summary>In every lane of vector i: dword i of four pairs of rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<byte> Q0, Vector512<byte> Q1, Vector512<byte> Q2, Vector512<byte> Q3) FourPairs(byte* pairs) => Zmm.Transpose(
        Vector512.LoadAligned(pairs), Vector512.LoadAligned(pairs + 64),
        Vector512.LoadAligned(pairs + 2 * 64), Vector512.LoadAligned(pairs + 3 * 64));

    /// <summary>Lanes 0 and 2 are the lower and the upper rows' quads of the first unit, lanes 1 and 3 those of the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<byte> first, Vector512<byte> last, byte* panel)
    {
        Lanes(first, last, 0x88).StoreAligned(panel);
        Lanes(first, last, 0xDD).StoreAligned(panel + GroupUnits.Vectors * 4 * 64);
    }

    /// <summary>Two lanes of each: the even ones (0x88) or the odd ones (0xDD).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Lanes(Vector512<byte> first, Vector512<byte> last, [ConstantExpected] byte control) =>
        Avx512F.Shuffle4x128(first.AsInt32(), last.AsInt32(), control).AsByte();
}
