using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Tests.Kernels;

public unsafe class ZmmTests
{
    public ZmmTests() => Assert.SkipUnless(Zmm.IsSupported, "This machine has no AVX-512 with VBMI2 and GFNI.");

    [Theory]
    [InlineData(1f)]
    [InlineData(0.125f)]
    public void EveryHalfConvertsAsTheFrameworkDoes(float unit)
    {
        for (var first = 0; first < 65536; first += 16)
        {
            // What lies above the low word must not matter.
            var words = Vector512.Create((uint)first) + Vector512<uint>.Indices + Vector512.Create(0xabcd0000u);
            var actual = Zmm.HalfToSingle(words, unit);
            for (var i = 0; i < 16; i++)
            {
                var expected = (float)BitConverter.UInt16BitsToHalf((ushort)(first + i)) * unit;
                if (float.IsNaN(expected))
                    Assert.True(float.IsNaN(actual[i]), $"{first + i:x4}: {actual[i]}");
                else if (expected == 0f)
                    Assert.Equal(0f, actual[i]);
                else
                    Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(actual[i]));
            }
        }
    }

    [Fact]
    public void TransposedColumnsHoldOneDwordOfEachRow()
    {
        fixed (uint* rows = Enumerable.Range(0, 64).Select(i => (uint)i).ToArray())
        {
            var (c0, c1, c2, c3) = Zmm.Transpose(
                Vector512.Load(rows).AsByte(), Vector512.Load(rows + 16).AsByte(),
                Vector512.Load(rows + 32).AsByte(), Vector512.Load(rows + 48).AsByte());
            Vector512<byte>[] columns = [c0, c1, c2, c3];
            for (var c = 0; c < 4; c++)
            {
                for (var i = 0; i < 16; i++)
                    Assert.Equal((uint)(16 * (i % 4) + i / 4 * 4 + c), columns[c].AsUInt32()[i]);
            }
        }
    }

    // The displacements matter: the compiler of .NET 10.0 gets those of one instruction wrong.
    [Fact]
    public void LoadsTakeTheBytesTheyAreAskedFor()
    {
        fixed (byte* bytes = Enumerable.Range(0, 1024).Select(i => (byte)(i * 37 + i / 256 * 11)).ToArray())
        {
            Check(Twice16(bytes), bytes + 16, 32);
            Check(Twice128(bytes), bytes + 128, 32);
            Check(Twice160(bytes), bytes + 160, 32);
            Check(FourTimes16(bytes), bytes + 16, 16);
            Check(FourTimes80(bytes), bytes + 80, 16);
            var lanes = Zmm.LoadLanes(bytes + 96, 210);
            for (var i = 0; i < 64; i++)
                Assert.Equal(bytes[96 + i / 16 * 210 + i % 16], lanes[i]);
        }

        static void Check(Vector512<byte> actual, byte* expected, int period)
        {
            for (var i = 0; i < 64; i++)
                Assert.Equal(expected[i % period], actual[i]);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector512<byte> Twice16(byte* bytes) => Zmm.LoadTwice(bytes + 16);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector512<byte> Twice128(byte* bytes) => Zmm.LoadTwice(bytes + 128);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector512<byte> Twice160(byte* bytes) => Zmm.LoadTwice(bytes + 160);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector512<byte> FourTimes16(byte* bytes) => Zmm.LoadFourTimes(bytes + 16);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector512<byte> FourTimes80(byte* bytes) => Zmm.LoadFourTimes(bytes + 80);
}
