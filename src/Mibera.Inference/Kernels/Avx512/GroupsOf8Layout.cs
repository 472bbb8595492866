using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Activations for formats with an index or a byte of signs for each group of 8 weights. Byte g of a vector is group g, in
/// both halves, for two rows of weights: vector k holds |y[8 g + k]|. The signs of y are kept apart, a byte for each group,
/// to be merged with those of the weights: so weights can be signed bytes, and sums need no correction for an offset.
/// </summary>
internal sealed unsafe class GroupsOf8Layout : SuperBlockLayout
{
    /// <summary>Where the signs begin: bit k of byte g is set where y[8 g + k] is negative.</summary>
    public const int Signs = 512;

    /// <summary>
    /// Signs for weights that store seven of them and mean their parity by the eighth: bit 7 is set where the number of
    /// negative y is odd. XOR with the stored signs; then sign 7 of the product is the parity of all eight bits.
    /// </summary>
    public const int EvenSigns = 576;

    /// <summary>The same one bit higher: signs 0 to 6 in bits 1 to 7, the parity in bit 0.</summary>
    public const int EvenSignsFromBit1 = 640;

    public const int Size = 704;

    public static readonly GroupsOf8Layout Instance = new();

    private static readonly VectorConstants Table = new(i => 8 * (i % 8) + i / 8);

    private GroupsOf8Layout()
    {
    }

    public override int PackedBytes => Size;

    protected override void PackBlock(sbyte* quants, short* sums, byte* target)
    {
        var elements = stackalloc ulong[8];
        for (var q = 0; q < 4; q++)
        {
            var y = Vector512.Load(quants + 64 * q);
            Avx512Vbmi.PermuteVar64x8(Vector512.Abs(y).AsByte(), Vector512.LoadAligned(Table.Pointer)).AsUInt64().Store(elements);
            for (var k = 0; k < 8; k++)
                StoreTwice(target + 64 * k + 8 * q, elements[k]);
            StoreTwice(target + Signs + 8 * q, y.ExtractMostSignificantBits());
        }
        // Matrices over GF(2): byte 7 - k chooses the bits whose parity is bit k of the result.
        var signs = Vector512.LoadAligned(target + Signs);
        Gfni.V512.GaloisFieldAffineTransform(signs, Vector512.Create(0x01020408_102040FFul).AsByte(), 0)
            .StoreAligned(target + EvenSigns);
        Gfni.V512.GaloisFieldAffineTransform(signs, Vector512.Create(0xFF010204_08102040ul).AsByte(), 0)
            .StoreAligned(target + EvenSignsFromBit1);
    }

    private static void StoreTwice(byte* target, ulong eight)
    {
        *(ulong*)target = eight;
        *(ulong*)(target + 32) = eight;
    }
}
