using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// What the cells of Q5_0 and Q5_1 share: 32 fifth bits, then 16 bytes of nibbles. A transposition of bits (the constant
/// 1, 2, 4, ... as data, the fifth bits as matrix) puts the fifth bit of byte i's low nibble into bit 4 of byte i, and that
/// of its high nibble into bit 0.
/// </summary>
internal static unsafe class FiveBitBlocks
{
    /// <summary>The constants of a cell; the scale is where the block begins.</summary>
    public static VectorConstants Constants(int blockBytes, int fifthBits) => new(
        i => NibbleBlocks.Quants(i, blockBytes, fifthBits + 4),
        // Row 7 - b of a matrix gives bit b: bytes j and 2 + j of the fifth bits for qword j of a lane.
        i => NibbleBlocks.Index(i / 16 * blockBytes + fifthBits + i / 8 % 2 + (i % 8 == 7 ? 2 : 0), blockBytes),
        i => i % 8 is 3 or 7 ? 0xff : 0,
        i => 1 << i % 8,
        // From a high nibble and its fifth bit in bit 0 to the weight.
        i => VectorConstants.BitMatrix(i, 4, 5, 6, 7, 0),
        // The first dword of lane k: scale and offset of block k, or the scale twice.
        i => NibbleBlocks.Index(i / 16 * blockBytes + i % fifthBits, blockBytes));

    /// <summary>The products of four blocks of a row, added in words: at most 4 * 31 * 127 = 15748.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> Row(
        byte* constants, byte* blocks, int blockBytes, byte* activations, out Vector512<byte> scales)
    {
        var firstBytes = Vector512.Load(blocks);
        var nibbles = NibbleBlocks.Gather(firstBytes, blocks, blockBytes, Vector512.LoadAligned(constants));
        var matrices = NibbleBlocks.Gather(firstBytes, blocks, blockBytes, Vector512.LoadAligned(constants + 64))
            & Vector512.LoadAligned(constants + 128);
        scales = NibbleBlocks.Gather(firstBytes, blocks, blockBytes, Vector512.LoadAligned(constants + 320));
        var fifthBits = Gfni.V512.GaloisFieldAffineTransform(Vector512.LoadAligned(constants + 192), matrices, 0);
        var nibble = Vector512.Create((byte)15);
        return NibbleBlocks.Multiply(
            Zmm.Select(nibble, nibbles, fifthBits),
            Gfni.V512.GaloisFieldAffineTransform(
                Zmm.Select(nibble, fifthBits, nibbles), Vector512.LoadAligned(constants + 256), 0),
            activations);
    }

    /// <summary>The products of four blocks of four rows, and their scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> FourRows(
        byte* constants, byte* blocks, nint stride, int blockBytes, byte* activations, out Vector512<uint> scales)
    {
        var sums = NibbleBlocks.AddWords(
            Row(constants, blocks, blockBytes, activations, out var scales0),
            Row(constants, blocks + stride, blockBytes, activations, out var scales1),
            Row(constants, blocks + 2 * stride, blockBytes, activations, out var scales2),
            Row(constants, blocks + 3 * stride, blockBytes, activations, out var scales3));
        scales = NibbleBlocks.JoinScales(scales0, scales1, scales2, scales3);
        return sums;
    }
}
