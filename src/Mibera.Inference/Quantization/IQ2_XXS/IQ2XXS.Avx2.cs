using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Kernels.Planes;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ2XXS
{
    /// <summary>
    /// A byte of a vector is one of the block's 32 groups of 8 weights. An entry of the grid is two bytes (planes) of four 2-bit codes,
    /// each looked up for all groups at once; a code and its sign, three bits, are then looked up as a signed level, so that each
    /// vector of levels has one weight of every group.
    /// </summary>
    /// <remarks>Zen 3, everything in the second-level cache: 1.05 times the rate of loading groups from the grid in undisturbed
    /// moments of a shared host, 1.3 to 1.5 times in the others, where loads are slower. With IQ3_XXS, which has twice as many
    /// indices, the same was slower.</remarks>
    internal static class Planes
    {
        private const int Second = ByteTable.Bytes;
        private const int Levels = 2 * ByteTable.Bytes;

        // Weights 0, 1, 4, 5 in the first plane and 2, 3, 6, 7 in the second: so two bits of a group's signs always stand four bits
        // apart as the codes that they join, and one shift brings both there.
        private static readonly VectorConstants Table = new([
            .. Enumerable.Range(0, 4).Select(v => (Func<int, int>)(i => PlaneByte(Grids.Iq2Xxs[64 * v + i], 0))),
            .. Enumerable.Range(0, 4).Select(v => (Func<int, int>)(i => PlaneByte(Grids.Iq2Xxs[64 * v + i], 2))),
            i => Level(i & 3, i >> 2 & 1)]);

        /// <summary>What <see cref="Multiply"/> wants to be given. Ask once, outside the loops.</summary>
        public static byte* Tables => Table.Pointer;

        /// <summary>The products of a block with the activations that <see cref="GroupPlanesLayout"/> packs, as eight partial
        /// sums.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Multiply(byte* tables, byte* block, byte* activations)
        {
            // Even dwords are indices, odd ones signs and scales; now in the order of GroupPlanesLayout.
            var (a, b) = (Vector256.Load((float*)(block + 2)), Vector256.Load((float*)(block + 34)));
            var table = new ByteTable(Avx.Shuffle(a, b, 0x88).AsByte());
            var tail = Avx.Shuffle(a, b, 0xDD).AsUInt32();
            // Of the products: where just one factor is negative.
            var signs = Grids.EvenSignsOfDwords<Avx2Isa>(tail) ^ Vector256.Load(activations + GroupPlanesLayout.Signs);
            var scales = Grids.OddScalesOfDwords(tail);
            var levels = Vector256.Load(tables + Levels);

            // Index bits 0 to 2 and 4 to 6: a code with its sign above it; bits 3 and 7 are clear. Magnitudes are |y| <= 127, levels
            // at most 43: words of two groups are at most 2 * 43 * 127 = 10922, three of them 32766; four could overflow.
            var plane = table.LookUp(tables);
            var index = Index(plane, (signs.AsUInt16() << 2).AsByte());
            var first = Product(levels, index, activations) + ProductAbove(levels, index, activations + 4 * 32);
            index = Index((plane.AsUInt16() >>> 2).AsByte(), (signs.AsUInt16() << 1).AsByte());
            first += Product(levels, index, activations + 32);
            var second = ProductAbove(levels, index, activations + 5 * 32);

            plane = table.LookUp(tables + Second);
            index = Index(plane, signs);
            second += Product(levels, index, activations + 2 * 32) + ProductAbove(levels, index, activations + 6 * 32);
            index = Index((plane.AsUInt16() >>> 2).AsByte(), (signs.AsUInt16() >>> 1).AsByte());
            var third = Product(levels, index, activations + 3 * 32) + ProductAbove(levels, index, activations + 7 * 32);

            // A dword is one run: at most 4 * 8 * 43 * 127 * 31 = 5.4M, a row 8 * 5.4M = 43.3M.
            return Avx2.MultiplyAddAdjacent(first, scales) + Avx2.MultiplyAddAdjacent(second, scales)
                + Avx2.MultiplyAddAdjacent(third, scales);
        }

        /// <summary>The codes at bits 0 and 4, with the signs at bits 2 and 6.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<byte> Index(Vector256<byte> codes, Vector256<byte> signs) =>
            (codes & Vector256.Create((byte)0x33)) | (signs & Vector256.Create((byte)0x44));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<short> Product(Vector256<byte> levels, Vector256<byte> index, byte* activations) =>
            Avx2.MultiplyAddAdjacent(Vector256.Load(activations), Avx2.Shuffle(levels, index).AsSByte());

        /// <summary>The same by bits 4 to 7 of the index. Words do for the shift: bit 3 of the next byte is clear.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<short> ProductAbove(Vector256<byte> levels, Vector256<byte> index, byte* activations) =>
            Product(levels, (index.AsUInt16() >>> 4).AsByte(), activations);

        /// <summary>The codes of a grid entry's weights first, first + 1, first + 4, first + 5, from the lowest bits up.</summary>
        private static int PlaneByte(ulong entry, int first) =>
            Code(entry, first) | Code(entry, first + 1) << 2 | Code(entry, first + 4) << 4 | Code(entry, first + 5) << 6;

        private static int Code(ulong entry, int weight) => (byte)(entry >> 8 * weight) switch { 8 => 0, 25 => 1, _ => 2 };

        private static int Level(int code, int sign)
        {
            ReadOnlySpan<int> levels = [8, 25, 43, 0];
            return sign != 0 ? -levels[code] : levels[code];
        }
    }
}
