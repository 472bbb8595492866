using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

/// <summary>
/// What the AVX-512 cells of Q4_K and Q5_K share: the headers of eight rows at once, and the order of the sub-blocks. A
/// slot is what one multiply-add of scales covers: the low or the high nibbles of 64 bytes of quants, which are two runs,
/// one in each half of a vector.
/// </summary>
internal static unsafe partial class SubBlockScales
{
    /// <summary>Where the constants of Q5_K begin: matrices of the fifth bits (two), and of the high nibbles.</summary>
    public const int FifthBits = 576;

    /// <summary>Activations in the order of the slots.</summary>
    public static readonly SumsOf32Layout Layout = new([
        .. Enumerable.Range(0, 16).Select(i => (byte)(2 * SubBlock(i / 4, i % 4 / 2) + i % 2))]);

    private static readonly VectorConstants Table = new(
        // From dwords {u0 or u1, u2} to the low bits of scales (from u0) or minimums (from u1) 0-3 and 4-7 ...
        i => i % 8 < 4 ? 8 * (i % 8) : 8 * (i % 8) + (i / 8 % 2 == 0 ? 0 : 4),
        i => i % 8 < 4 ? 0x3f : 0x0f,
        // ... and to the high bits of the latter.
        i => i % 8 < 4 ? 0 : 8 * (i % 4) + 2,
        i => i % 8 < 4 ? 0 : 0x30,
        // From lane = row to dword = row: byte s of a dword is the scale of slot s.
        i => 16 * (i / 4 % 4) + SubBlock(i % 4, i / 32),
        // From there to words, the scale of slot s in all words of its dword.
        i => i % 2 == 0 ? i / 4 % 4 * 4 : 0x80,
        i => i % 2 == 0 ? i / 4 % 4 * 4 + 1 : 0x80,
        i => i % 2 == 0 ? i / 4 % 4 * 4 + 2 : 0x80,
        i => i % 2 == 0 ? i / 4 % 4 * 4 + 3 : 0x80,
        // Q5_K: for slots 0, 1 and 2, 3, the fifth bit of the low nibble's weight to bit 4, that of the high nibble's to bit
        // 0; then from a high nibble and its fifth bit in bit 0 to the weight.
        i => i < 32 ? VectorConstants.BitMatrix(i, 1, -1, -1, -1, 0) : VectorConstants.BitMatrix(i, 3, -1, -1, -1, 2),
        i => i < 32 ? VectorConstants.BitMatrix(i, 5, -1, -1, -1, 4) : VectorConstants.BitMatrix(i, 7, -1, -1, -1, 6),
        i => VectorConstants.BitMatrix(i, 4, 5, 6, 7, 0));

    /// <summary>Where <see cref="Headers"/> and its kin find their constants.</summary>
    public static byte* Constants => Table.Pointer;

    /// <summary>Headers of eight rows: lane r holds the eight scales of row r (or r + 4), then its eight
    /// minimums, as bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> Headers(byte* constants, byte* block, nint stride)
    {
        // Dwords of a lane: the two float scales, u0, u1, u2; wanted as {u0, u2}, {u1, u2}.
        var headers = TwoZmm.LoadLanes(block, block + 4 * stride, stride).As<uint>();
        var packed = new TwoZmm<uint>(Avx512F.Shuffle(headers.A, 0b11_10_11_01), Avx512F.Shuffle(headers.B, 0b11_10_11_01)).As<ulong>();
        var low = TwoZmm.MultiShift(constants, packed);
        var high = TwoZmm.MultiShift(constants + 128, packed) & Vector512.LoadAligned(constants + 192);
        return TwoZmm.AndOr(low, Vector512.LoadAligned(constants + 64), high);
    }

    /// <summary>The scales of <see cref="Headers"/>, transposed: byte s of dword r of a lane is that of slot s in row r (or
    /// r + 4).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> Scales(byte* constants, TwoZmm<byte> headers) => TwoZmm.LookUpIn(headers, constants + 256);

    /// <summary>Multiplies the sums of slot <paramref name="slot"/> with their scales and adds pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<int> Scale(byte* constants, int slot, TwoZmm<byte> scales, TwoZmm<short> sums) =>
        TwoZmm.MultiplyAddAdjacent(sums, TwoZmm.Shuffle(scales, constants + 320 + 64 * slot).As<short>());

    /// <summary>The products of the minimums with the sums of 32 activations, of eight rows, as the walks want them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Minimums(TwoZmm<byte> headers, byte* activations)
    {
        // |sum of 8| <= 8 * 63 * 32 * 127 = 2.1M.
        var sums = Zmm.LoadFourTimes(activations + TransposedLayout.SumsOffset).AsInt16();
        var rows0 = Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackHigh(headers.A, Vector512<byte>.Zero).AsInt16(), sums);
        var rows4 = Avx512BW.MultiplyAddAdjacent(Avx512BW.UnpackHigh(headers.B, Vector512<byte>.Zero).AsInt16(), sums);
        return Avx512F.UnpackLow(rows0, rows4) + Avx512F.UnpackHigh(rows0, rows4);
    }

    /// <summary>The sub-block that slot <paramref name="slot"/> multiplies in half <paramref name="half"/> of a vector.</summary>
    private static int SubBlock(int slot, int half) => 4 * (slot / 2) + 2 * half + slot % 2;
}
