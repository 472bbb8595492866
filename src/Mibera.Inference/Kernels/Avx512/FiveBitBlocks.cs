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
        // Row 7 - b of a matrix gives bit b: bytes j and 2 + j of the fifth bits for qword j of a lane, zero for the others.
        i => i % 8 is 3 or 7
            ? NibbleBlocks.Index(i / 16 * blockBytes + fifthBits + i / 8 % 2 + i % 8 / 7 * 2, blockBytes)
            : NibbleBlocks.ZeroIndex,
        i => 1 << i % 8,
        // From a high nibble and its fifth bit in bit 0 to the weight.
        i => VectorConstants.BitMatrix(i, 4, 5, 6, 7, 0),
        // The first dword of lane k: scale and offset of block k, or the scale twice.
        i => NibbleBlocks.Index(i / 16 * blockBytes + i % fifthBits, blockBytes));

    /// <summary>The products of four blocks of four rows, and their scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> FourRows(
        byte* constants, byte* blocks, nint stride, int blockBytes, byte* activations, ReadAhead ahead,
        out Vector512<uint> scales)
    {
        // Loaded once for four rows: Zen 4 has one 512-bit load a cycle.
        var vectors = new Vectors(constants);
        ahead.FetchPart(0, 4);
        var sum0 = Row(vectors, blocks, blockBytes, activations, out var scales0);
        ahead.FetchPart(1, 4);
        var sum1 = Row(vectors, blocks + stride, blockBytes, activations, out var scales1);
        ahead.FetchPart(2, 4);
        var sum2 = Row(vectors, blocks + 2 * stride, blockBytes, activations, out var scales2);
        ahead.FetchPart(3, 4);
        var sum3 = Row(vectors, blocks + 3 * stride, blockBytes, activations, out var scales3);
        scales = NibbleBlocks.JoinScales(scales0, scales1, scales2, scales3);
        return NibbleBlocks.AddWords(sum0, sum1, sum2, sum3);
    }

    /// <summary>The products of four blocks of a row, added in words: at most 4 * 31 * 127 = 15748.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Row(
        Vectors vectors, byte* blocks, int blockBytes, byte* activations, out Vector512<byte> scales)
    {
        var firstBytes = Vector512.Load(blocks);
        var nibbles = NibbleBlocks.Gather(firstBytes, blocks, blockBytes, vectors.Quants);
        var matrices = NibbleBlocks.Gather(firstBytes, blocks, blockBytes, vectors.FifthBits);
        scales = NibbleBlocks.Gather(firstBytes, blocks, blockBytes, vectors.Scales);
        var fifthBits = Gfni.V512.GaloisFieldAffineTransform(vectors.UnitBits, matrices, 0);
        var nibble = Vector512.Create((byte)15);
        var high = Gfni.V512.GaloisFieldAffineTransform(Zmm.Select(nibble, fifthBits, nibbles), vectors.HighMatrix, 0);
        return NibbleBlocks.Multiply(Zmm.Select(nibble, nibbles, fifthBits), high, activations);
    }

    private readonly ref struct Vectors
    {
        public readonly Vector512<byte> Quants;
        public readonly Vector512<byte> FifthBits;
        public readonly Vector512<byte> UnitBits;
        public readonly Vector512<byte> HighMatrix;
        public readonly Vector512<byte> Scales;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vectors(byte* constants)
        {
            Quants = Vector512.LoadAligned(constants);
            FifthBits = Vector512.LoadAligned(constants + 64);
            UnitBits = Vector512.LoadAligned(constants + 128);
            HighMatrix = Vector512.LoadAligned(constants + 192);
            Scales = Vector512.LoadAligned(constants + 256);
        }
    }
}
