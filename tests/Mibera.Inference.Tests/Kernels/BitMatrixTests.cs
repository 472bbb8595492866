using System.Numerics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>Matrices of bits, multiplied as the manual of the instruction has it, on any machine.</summary>
public class BitMatrixTests
{
    [Fact]
    public void ShiftsAndMasks()
    {
        for (var shift = 0; shift < 8; shift++)
        {
            for (var mask = 0; mask < 256; mask++)
            {
                for (var v = 0; v < 256; v++)
                {
                    Assert.Equal((v >> shift) & mask, Multiply(BitMatrix.Down(shift, (byte)mask), v));
                    Assert.Equal((v << shift) & mask, Multiply(BitMatrix.Up(shift, (byte)mask), v));
                }
            }
        }
    }

    [Fact]
    public void HighNibbles() => Assert.Equal(BitMatrix.HighNibble, BitMatrix.Down(4, 15));

    [Fact]
    public void ParityOfSevenBits()
    {
        for (var v = 0; v < 128; v++)
            Assert.Equal(v | (BitOperations.PopCount((uint)v) & 1) << 7, Multiply(BitMatrix.Parity, v));
    }

    // Bit i: the parity of what the byte has in common with byte 7 - i of the matrix.
    private static int Multiply(ulong matrix, int v) => Enumerable.Range(0, 8)
        .Sum(i => (BitOperations.PopCount((uint)(matrix >> 8 * (7 - i)) & (uint)v & 0xff) & 1) << i);
}
