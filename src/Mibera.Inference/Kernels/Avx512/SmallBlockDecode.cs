using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Matrix x vector of a format of 32-weight blocks on AVX-512: eight rows, four blocks at a time. A vector holds the 16
/// products of four rows and four blocks, and their scales; two such are joined, so that a float multiply-add serves eight
/// rows. (Tried on Zen 4 with Q4_0, 48 Gweights/s this way: four rows 45; sixteen rows, with scales that go through memory,
/// 36.)
/// </summary>
internal sealed unsafe class SmallBlockDecode<TCell, TOrder> : RowGroupDecode
    where TCell : struct, ISmallBlockCell
    where TOrder : struct, IRowOrder
{
    private const int Rows = 8;

    // The kernel, compiled later and for good, then does not ask whether its constants are there.
    public SmallBlockDecode() => _ = TCell.Constants;

    public override IActivationLayout Layout => TCell.Layout;

    protected override int GroupRows => Rows;

    protected override bool InStreams => TOrder.InStreams;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Run(
        byte* data, nint stride, int rows, int columns, byte* packed, float* activationScales, float* output)
    {
        var blocks = columns / TCell.UnitElements;
        var constants = TCell.Constants;
        var intoFirstLevel = Prefetch.IntoFirstLevel;
        var distance = TOrder.InStreams ? Prefetch.StreamDistance : Prefetch.Distance(Rows * stride);
        for (var r = 0; r < rows; r += Rows)
        {
            var sum = Vector256<float>.Zero;
            var first = data + r * stride;
            var ahead = first + distance;
            var y = packed;
            for (var b = 0; b + 4 <= blocks; b += 4)
            {
                sum = FourBlocks(constants, first, stride, y, ahead, intoFirstLevel, 0, sum);
                ahead += ReadAhead.Step<TOrder>(TCell.GroupBytes);
                first += TCell.GroupBytes;
                y += TCell.PackedBytes;
            }
            if (blocks % 4 > 0)
                sum = LastBlocks(constants, first, stride, blocks, y, ahead, intoFirstLevel, sum);
            sum.Store(output + r);
        }
    }

    /// <summary>
    /// The one to three blocks after the last four: the row's last four once more, of which those done are left out. A row
    /// shorter than four is copied, with zeros after it: a missing block adds zero times zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static Vector256<float> LastBlocks(
        byte* constants, byte* first, nint stride, int blocks, byte* y, byte* ahead, bool intoFirstLevel,
        Vector256<float> sum)
    {
        var done = 4 - blocks % 4;
        if (blocks > 4)
            return FourBlocks(constants, first - done * TCell.GroupBytes / 4, stride, y, ahead, intoFirstLevel, done, sum);
        var copies = stackalloc byte[Rows * TCell.GroupBytes];
        new Span<byte>(copies, Rows * TCell.GroupBytes).Clear();
        for (var row = 0; row < Rows; row++)
            Unsafe.CopyBlockUnaligned(copies + row * TCell.GroupBytes, first + row * stride, (uint)(blocks * TCell.GroupBytes / 4));
        return FourBlocks(constants, copies, TCell.GroupBytes, y, ahead, intoFirstLevel, 0, sum);
    }

    /// <summary>
    /// Adds the products of four blocks but the first <paramref name="done"/>, in their order, and fetches what
    /// <see cref="ReadAhead.Of"/> says, from <paramref name="ahead"/> on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FourBlocks(
        byte* constants, byte* blocks, nint stride, byte* y, byte* ahead, bool intoFirstLevel, int done,
        Vector256<float> sum)
    {
        const int HalfRows = Rows / 2;
        var readAhead = ReadAhead.Of<TOrder>(ahead, stride, Rows, TCell.GroupBytes, intoFirstLevel);
        var products0 = Vector512.ConvertToSingle(
            TCell.FourRows(constants, blocks, stride, y, readAhead.Half(0), out var raw0));
        var products4 = Vector512.ConvertToSingle(
            TCell.FourRows(constants, blocks + HalfRows * stride, stride, y, readAhead.Half(1), out var raw4));
        var activationScales = Vector512.LoadAligned((float*)(y + TCell.PackedBytes - SmallBlockLayout.ScalesFromEnd));
        ToSingle(raw0, activationScales, out var scales0, out var offsets0);
        ToSingle(raw4, activationScales, out var scales4, out var offsets4);
        var sums = (float*)(y + TCell.PackedBytes - SmallBlockLayout.SumsFromEnd);
        // From [row 0-3] [block] and [row 4-7] [block] to [block] [row], blocks 0, 1 and blocks 2, 3.
        var first = Vector512.Create(0ul, 1, 8, 9, 2, 3, 10, 11);
        sum = TwoBlocks(
            Join(products0, first, products4), Join(scales0, first, scales4), Join(offsets0, first, offsets4), sums, done, sum);
        var second = Vector512.Create(4ul, 5, 12, 13, 6, 7, 14, 15);
        return TwoBlocks(
            Join(products0, second, products4), Join(scales0, second, scales4), Join(offsets0, second, offsets4), sums + 2,
            done - 2, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Join(Vector512<float> rows0, Vector512<ulong> indices, Vector512<float> rows4) =>
        Avx512F.PermuteVar8x64x2(rows0.AsUInt64(), indices, rows4.AsUInt64()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> TwoBlocks(
        Vector512<float> products, Vector512<float> scales, Vector512<float> offsets, float* activationSums, int done,
        Vector256<float> sum)
    {
        if (done < 1)
            sum = OneBlock(products.GetLower(), scales.GetLower(), offsets.GetLower(), activationSums[0], sum);
        if (done < 2)
            sum = OneBlock(products.GetUpper(), scales.GetUpper(), offsets.GetUpper(), activationSums[1], sum);
        return sum;
    }

    /// <summary>
    /// The offset is a minimum with its sign reversed, and its multiplier the sum of the activations, for every row.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> OneBlock(
        Vector256<float> products, Vector256<float> scales, Vector256<float> offsets, float activationSum, Vector256<float> sum)
    {
        sum = Vector256.FusedMultiplyAdd(products, scales, sum);
        return TCell.HasOffsets ? Vector256.FusedMultiplyAdd(Vector256.Create(activationSum), offsets, sum) : sum;
    }

    /// <summary>
    /// The scales of 16 units times those of the activations, and the offsets likewise if there are any. There is one
    /// conversion from f16 for 32 weights, so the common case is worth a branch: neither zero, subnormal, infinite nor NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ToSingle(
        Vector512<uint> raw, Vector512<float> activationScales, out Vector512<float> scales, out Vector512<float> offsets)
    {
        if (TCell.HasOffsets)
        {
            var exponents = raw.AsUInt16() & Vector512.Create((ushort)0x7c00);
            var isNormal = Vector512.LessThanAll(exponents - Vector512.Create((ushort)0x0400), Vector512.Create((ushort)0x7800));
            scales = (isNormal ? Zmm.NormalHighHalfToSingle(raw << 16) : Zmm.HalfToSingle(raw, 1f)) * activationScales;
            offsets = (isNormal ? Zmm.NormalHighHalfToSingle(raw) : Zmm.HighHalfToSingle(raw, 1f)) * activationScales;
        }
        else if (TCell.HasHalfScales)
        {
            var exponents = raw & Vector512.Create(0x7c000000u);
            var isNormal = Vector512.LessThanAll(exponents - Vector512.Create(0x04000000u), Vector512.Create(0x78000000u));
            scales = (isNormal ? Zmm.NormalHighHalfToSingle(raw) : Zmm.HighHalfToSingle(raw, 1f)) * activationScales;
            offsets = default;
        }
        else
        {
            scales = TCell.Scales(raw) * activationScales;
            offsets = default;
        }
    }
}
