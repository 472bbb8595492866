using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Activations for IQ1_S and IQ1_M, whose groups of 8 weights are ternary with a shift. Byte g of a vector is group g, in both
/// halves, for two rows of weights: vector k holds y[8 g + k]. Then come vectors of words, word j for groups 2 j and
/// 2 j + 1, that correct sums for weights that were taken as 8 (g + 1) instead of 8 g +- 1.
/// </summary>
internal sealed unsafe class TernaryGroupsLayout : SuperBlockLayout
{
    /// <summary>Where -7 S begins, with S the sum of the word's 16 activations: the shift is +1.</summary>
    public const int PlusShift = 512;

    /// <summary>Where -9 S begins: the shift is -1.</summary>
    public const int MinusShift = 576;

    /// <summary>Where the difference of both for the first of the two groups begins, twice its sum.</summary>
    public const int First = 640;

    /// <summary>The same for the second group.</summary>
    public const int Second = 704;

    public const int Size = 768;

    public static readonly TernaryGroupsLayout Instance = new();

    private static readonly VectorConstants Table = new(i => 8 * (i % 8) + i / 8);

    private TernaryGroupsLayout()
    {
    }

    public override int PackedBytes => Size;

    protected override void PackBlock(sbyte* quants, short* sums, byte* target)
    {
        var elements = stackalloc ulong[8];
        for (var q = 0; q < 4; q++)
        {
            var y = Vector512.Load(quants + 64 * q).AsByte();
            Avx512Vbmi.PermuteVar64x8(y, Vector512.LoadAligned(Table.Pointer)).AsUInt64().Store(elements);
            for (var k = 0; k < 8; k++)
            {
                *(ulong*)(target + 64 * k + 8 * q) = elements[k];
                *(ulong*)(target + 64 * k + 32 + 8 * q) = elements[k];
            }
            // Sums of 8 bytes, each 128 too large.
            Avx512BW.SumAbsoluteDifferences(y ^ Vector512.Create((byte)0x80), Vector512<byte>.Zero).AsUInt64().Store(elements);
            for (var j = 0; j < 4; j++)
                StoreWords((short*)target + 4 * q + j, sums[4 * q + j], (int)elements[2 * j] - 8 * 128);
        }
    }

    private static void StoreWords(short* target, int sum, int first)
    {
        StoreTwice(target + PlusShift / 2, -7 * sum);
        StoreTwice(target + MinusShift / 2, -9 * sum);
        StoreTwice(target + First / 2, 2 * first);
        StoreTwice(target + Second / 2, 2 * (sum - first));
    }

    private static void StoreTwice(short* target, int value) => target[0] = target[16] = (short)value;
}
