using System.Buffers.Binary;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>What <see cref="RandomBlocks"/> puts into a block. Scales are always finite.</summary>
public enum BlockPattern
{
    /// <summary>Random bytes, scales of either sign between 2^-10 and 1.</summary>
    Random,

    /// <summary>Bytes from 00, FF, 7F, 80, 0F, F0, 55, AA: the extremes of every field, mixed.</summary>
    Corners,

    /// <summary>Every bit set but in the scales.</summary>
    AllOnes,

    /// <summary>Every bit clear, scales included.</summary>
    AllZero,

    /// <summary>Every bit clear but in the scales: the smallest code of every field.</summary>
    ZeroCodes,

    /// <summary>Random bytes, scales of the largest magnitude.</summary>
    LargestScales,

    /// <summary>Random bytes, scales of the smallest magnitude (subnormal in their own format).</summary>
    SmallestScales,

    /// <summary>Random bytes, scales of minus zero (zero where scales have no sign).</summary>
    NegativeZeroScales,
}

/// <summary>
/// Random and adversarial weights of every block format, for comparing kernels with each other bit for bit. The same
/// seed always gives the same bytes.
/// </summary>
internal static class RandomBlocks
{
    private static readonly byte[] CornerBytes = [0x00, 0xff, 0x7f, 0x80, 0x0f, 0xf0, 0x55, 0xaa];

    public static readonly BlockPattern[] Patterns = Enum.GetValues<BlockPattern>();

    /// <summary><paramref name="rows"/> rows of <paramref name="columns"/> weights, a multiple of the format's block.</summary>
    public static byte[] Rows(GgmlType type, int rows, int columns, BlockPattern pattern, ulong seed)
    {
        var bytes = new byte[rows * type.RowBytes(columns)];
        Fill(bytes, type, pattern, seed);
        return bytes;
    }

    /// <summary>Fills a span of whole blocks.</summary>
    public static void Fill(Span<byte> blocks, GgmlType type, BlockPattern pattern, ulong seed)
    {
        var random = new TestRandom(seed ^ (ulong)type << 32 ^ (ulong)pattern << 48);
        var size = type.Block().Bytes;
        for (; blocks.Length > 0; blocks = blocks[size..])
        {
            FillCodes(blocks[..size], pattern, random);
            FillScales(blocks[..size], type, pattern, random);
        }
    }

    private static void FillCodes(Span<byte> block, BlockPattern pattern, TestRandom random)
    {
        foreach (ref var value in block)
        {
            value = pattern switch
            {
                BlockPattern.Corners => CornerBytes[random.Next(CornerBytes.Length)],
                BlockPattern.AllOnes => 0xff,
                BlockPattern.AllZero or BlockPattern.ZeroCodes => 0,
                _ => (byte)random.Next(),
            };
        }
    }

    private static void FillScales(Span<byte> block, GgmlType type, BlockPattern pattern, TestRandom random)
    {
        switch (type)
        {
            case GgmlType.MXFP4:
                block[0] = E8M0(pattern, random);
                break;
            case GgmlType.NVFP4:
                foreach (ref var scale in block[..4])
                    scale = UE4M3(pattern, random);
                break;
            case GgmlType.IQ1_M:
                var d = F16(pattern, random);
                for (var i = 0; i < 4; i++)
                    block[49 + 2 * i] = (byte)(block[49 + 2 * i] & 0x0f | d >> 4 * i << 4);
                break;
            default:
                foreach (var offset in F16Offsets(type))
                    BinaryPrimitives.WriteUInt16LittleEndian(block[offset..], F16(pattern, random));
                break;
        }
    }

    /// <summary>Where a block keeps its f16 scales.</summary>
    private static int[] F16Offsets(GgmlType type) => type switch
    {
        GgmlType.Q4_1 or GgmlType.Q5_1 or GgmlType.Q4_K or GgmlType.Q5_K => [0, 2],
        GgmlType.Q2_K => [80, 82],
        GgmlType.Q3_K or GgmlType.Q6_K or GgmlType.TQ1_0 or GgmlType.TQ2_0 => [type.Block().Bytes - 2],
        _ => [0],
    };

    private static ushort F16(BlockPattern pattern, TestRandom random)
    {
        var sign = (ushort)(random.Next(2) << 15);
        return pattern switch
        {
            BlockPattern.AllZero => 0,
            BlockPattern.NegativeZeroScales => 0x8000,
            BlockPattern.LargestScales => (ushort)(sign | 0x7bff),
            BlockPattern.SmallestScales => (ushort)(sign | 1),
            // Biased exponents 5 to 14.
            _ => (ushort)(sign | 5 + random.Next(10) << 10 | random.Next(1024)),
        };
    }

    private static byte E8M0(BlockPattern pattern, TestRandom random) => pattern switch
    {
        BlockPattern.AllZero or BlockPattern.SmallestScales or BlockPattern.NegativeZeroScales => 0,
        // 2^40: products with ordinary activations stay finite.
        BlockPattern.LargestScales => 127 + 40,
        _ => (byte)(117 + random.Next(11)),
    };

    private static byte UE4M3(BlockPattern pattern, TestRandom random) => pattern switch
    {
        BlockPattern.AllZero => 0,
        BlockPattern.NegativeZeroScales => 0x80,
        BlockPattern.SmallestScales => 1,
        BlockPattern.LargestScales => 0x7e,
        // 0x7f is the format's NaN, and bit 7 is ignored: both must be seen.
        _ => (byte)random.Next(),
    };
}
