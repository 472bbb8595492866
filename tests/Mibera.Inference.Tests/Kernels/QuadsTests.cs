using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>Sixteen rows in 512 bits are what twice eight rows on portable vectors are, and so are eight on every other set.</summary>
public unsafe class QuadsTests
{
    private const int RowBytes = 48;

    private static readonly byte[] Rows = Enumerable.Range(0, 16 * RowBytes).Select(i => (byte)(i * 37 + i / 7 * 11)).ToArray();

    [Fact]
    public void SixteenRows()
    {
        Assert.SkipUnless(Zmm.IsSupported, "This machine has no AVX-512 with VBMI2 and GFNI.");
        Compare<SixteenRowQuads, Vector512<byte>>();
    }

    [Fact]
    public void EightRowsWithAvx2()
    {
        Assert.SkipUnless(InstructionSets.IsSupported(InstructionSet.Avx2), "This machine has no avx2.");
        Compare<EightRowQuads<Avx2Isa>, Vector256<byte>>();
    }

    [Fact]
    public void EightRowsWithAvxVnni()
    {
        Assert.SkipUnless(InstructionSets.IsSupported(InstructionSet.AvxVnni), "This machine has no avxvnni.");
        Compare<EightRowQuads<AvxVnniIsa>, Vector256<byte>>();
    }

    [Fact]
    public void EightRowsWithNeon()
    {
        Assert.SkipUnless(InstructionSets.IsSupported(InstructionSet.Neon), "This machine has no neon.");
        Compare<EightRowQuads<NeonIsa>, Vector256<byte>>();
    }

    private static void Compare<TIsa, TVector>()
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
    {
        var expected = new List<byte[]>();
        var actual = new List<byte[]>();
        fixed (byte* rows = Rows)
        {
            Assert.True(TIsa.Rows is 8 or 16);
            Results<TIsa, TVector>(rows, actual);
            for (var row = 0; row < TIsa.Rows; row += 8)
            {
                var half = new List<byte[]>();
                Results<EightRowQuads<PortableIsa>, Vector256<byte>>(rows + row * RowBytes, half);
                expected = row == 0 ? half : expected.Zip(half, (a, b) => (byte[])[.. a, .. b]).ToList();
            }
        }
        Assert.Equal(expected.Count, actual.Count);
        Assert.All(Enumerable.Range(0, expected.Count), i => Assert.Equal(expected[i], actual[i]));
    }

    /// <summary>Every operation, with all constants that formats give it.</summary>
    private static void Results<TIsa, TVector>(byte* rows, List<byte[]> results)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
    {
        TIsa.LoadTransposed(rows + 3, RowBytes, out var a, out var b, out var c, out var d);
        Add(a);
        Add(b);
        Add(c);
        Add(d);
        Add(TIsa.LoadDwords(rows + 5, RowBytes));
        Add(TIsa.Or(a, b));
        Add(TIsa.Subtract(a, 32));
        Add(TIsa.Lookup(TIsa.Table(Codebooks.Iq4NlTable), TIsa.Bits(a, 0, 15)));
        for (var shift = 0; shift < 8; shift++)
        {
            foreach (var mask in new byte[] { 1, 3, 4, 15, 16, 48, 63, 127 })
            {
                if (mask >> (8 - shift) == 0)
                    Add(TIsa.Bits(a, shift, mask));
                if ((mask & ((1 << shift) - 1)) == 0)
                    Add(TIsa.BitsUp(a, shift, mask));
            }
        }
        for (var index = 0; index < 4; index++)
        {
            Add(TIsa.Fields(a, index));
            Add(TIsa.SignedByte(a, index, words: true));
            Add(TIsa.SignedByte(a, index, words: false));
        }
        for (var quad = 0; quad < 8; quad++)
            Add(TIsa.BitsOfQuad(a, quad, 16));
        foreach (var last in new[] { false, true })
        {
            Add(TIsa.SignedPair(a, last));
            Add(TIsa.ScaledPair(a, last, TIsa.SignedByte(b, 1, words: true)));
            Add(TIsa.Nibbles(a, last));
        }

        void Add(TVector vector)
        {
            var bytes = new byte[4 * TIsa.Rows];
            fixed (byte* target = bytes)
                TIsa.Store(vector, target);
            results.Add(bytes);
        }
    }
}
