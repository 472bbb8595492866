using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Kernels.Planes;

/// <summary>
/// Activations for formats with a byte of signs for each group of 8 weights: vector k, byte i holds |y[8 g + k]| of the group g
/// that stands at place i. Dword p of a vector is the run of 32 weights <see cref="Order"/>[p], its bytes are the run's groups.
/// Then come the signs of y in the same order, a byte for each group, to be merged with those of the weights.
/// </summary>
internal sealed unsafe class GroupPlanesLayout : SuperBlockLayout
{
    /// <summary>Where the signs begin: bit k of byte i is set where y[8 g + k] is negative.</summary>
    public const int Signs = 256;

    public const int Size = 320;

    public static readonly GroupPlanesLayout Instance = new();

    private GroupPlanesLayout()
    {
    }

    /// <summary>The run of 32 weights in each dword: the order in which vshufps joins the halves of a block.</summary>
    public static ReadOnlySpan<int> Order => [0, 1, 4, 5, 2, 3, 6, 7];

    public override int PackedBytes => Size;

    protected override void PackBlock(sbyte* quants, short* sums, byte* target)
    {
        for (var p = 0; p < 8; p++)
            ((uint*)(target + Signs))[p] = Vector256.Load(quants + 32 * Order[p]).ExtractMostSignificantBits();
        // Runs that stand at the same place of both lanes.
        Dwords(quants, quants + 64, out var low0, out var high0);
        Dwords(quants + 32, quants + 96, out var low1, out var high1);
        Dwords(quants + 128, quants + 192, out var low2, out var high2);
        Dwords(quants + 160, quants + 224, out var low3, out var high3);
        Transpose(low0, low1, low2, low3, target);
        Transpose(high0, high1, high2, high3, target + 128);
    }

    /// <summary>Magnitudes of two runs, one in each lane: dword k has the k-th of the run's four groups, 0 to 3 and 4 to 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Dwords(sbyte* lower, sbyte* upper, out Vector256<uint> low, out Vector256<uint> high)
    {
        var first = Words(lower, upper);
        var last = Words(lower + 16, upper + 16);
        low = Avx2.UnpackLow(first, last).AsUInt32();
        high = Avx2.UnpackHigh(first, last).AsUInt32();
    }

    /// <summary>Magnitudes of two groups in each lane: word k has the k-th of both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Words(sbyte* lower, sbyte* upper)
    {
        var interleave = Vector128.Create((byte)0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
        var y = Vector256.Create(Vector128.Load(lower), Vector128.Load(upper));
        return Avx2.Shuffle(Avx2.Abs(y), Vector256.Create(interleave, interleave)).AsUInt16();
    }

    /// <summary>Stores four vectors: the k-th has dword k of a, b, c, d in each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, Vector256<uint> d, byte* target)
    {
        var (abLow, abHigh) = (Avx2.UnpackLow(a, b).AsUInt64(), Avx2.UnpackHigh(a, b).AsUInt64());
        var (cdLow, cdHigh) = (Avx2.UnpackLow(c, d).AsUInt64(), Avx2.UnpackHigh(c, d).AsUInt64());
        Avx2.UnpackLow(abLow, cdLow).AsByte().Store(target);
        Avx2.UnpackHigh(abLow, cdLow).AsByte().Store(target + 32);
        Avx2.UnpackLow(abHigh, cdHigh).AsByte().Store(target + 64);
        Avx2.UnpackHigh(abHigh, cdHigh).AsByte().Store(target + 96);
    }
}
