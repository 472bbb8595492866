using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

// The cells of AVX-512: K-quants, 4-bit codebooks and the formats of 32 weights.
internal static partial class KernelTable
{
    private static MatrixKernel? CreateAvx512(GgmlType type, bool inStreams) => type switch
    {
        GgmlType.Q4_0 => Avx512SmallCell<Q40, Q40.Avx512>(inStreams, (6, 3, 3)),
        GgmlType.Q4_1 => Avx512SmallCell<Q41, Q41.Avx512>(inStreams, (6, 3, 2)),
        GgmlType.Q5_0 => Avx512SmallCell<Q50, Q50.Avx512>(inStreams, (6, 3, 2)),
        GgmlType.Q5_1 => Avx512SmallCell<Q51, Q51.Avx512>(inStreams, (6, 3, 2)),
        // In streams on Zen 5, too: 1.02 (rows of 3 KB) to 1.2 times as fast (19 KB) as adjacent rows.
        GgmlType.Q8_0 => Avx512Kernel<Q80>(
            SmallDecode<Q80.Avx512>(inStreams || !Cpu.IsZen4OrOlder), 32, inStreams, (6, 2, 3)),
        GgmlType.IQ4_NL => Avx512SmallCell<IQ4NL, IQ4NL.Avx512>(inStreams, (6, 3, 3)),
        GgmlType.Q2_K => Avx512Cell<Q2K, Q2K.Avx512, RowLengthWalk>(inStreams, (3, 2, 2)),
        GgmlType.Q3_K => Avx512Cell<Q3K, Q3K.Avx512, RowLengthWalk>(inStreams, (3, 2, 2)),
        GgmlType.Q4_K => Avx512Cell<Q4K, Q4K.Avx512, RowLengthWalk>(inStreams, (3, 2, 2)),
        GgmlType.Q5_K => Avx512Cell<Q5K, Q5K.Avx512, RowLengthWalk>(inStreams, (3, 2, 2)),
        GgmlType.Q6_K => Avx512Cell<Q6K, Q6K.Avx512, EightRowWalk<AdjacentRows>>(inStreams, (3, 2, 2)),
        GgmlType.IQ4_XS => Avx512Cell<IQ4XS, IQ4XS.Avx512, RowLengthWalk>(inStreams, (6, 4, 4)),
        _ => null,
    };

    /// <summary>
    /// The cell of <paramref name="type"/> that reads rows in streams, if it waits for memory, or, but for long rows and Q8_0 on Zen 5,
    /// adjacent ones. Measured on Golden Cove (Emerald Rapids), two threads from memory: with adjacent rows they read as much as with
    /// ordinary reads in order, and with streams 1.2 (Q2_K) to 1.6 times that (Q8_0). On Zen 5 streams are 2 to 12 % slower otherwise. Ice
    /// Lake, Tiger Lake and Rocket Lake are not known, and taken to be like Golden Cove.
    /// </summary>
    internal static MatrixKernel? CreateAvx512Cell(GgmlType type, bool inStreams) =>
        CreateAvx512(type, inStreams) ?? CreateAvx512LowBit(type, inStreams);

    // Formats that wait for memory. TWalk: as Zen 4 has it.
    private static BlockKernel<TFormat> Avx512Cell<TFormat, TCell, TWalk>(bool inStreams, (int Zen4, int Zen5, int Intel) few)
        where TFormat : struct, IVectorFormat
        where TCell : struct, ISuperBlockCell
        where TWalk : struct, IWalk
    {
        DecodeKernel decode = inStreams ? new SuperBlockDecode<TCell, EightRowWalk<StreamedRows>>()
            : Cpu.IsZen4OrOlder ? new SuperBlockDecode<TCell, TWalk>()
            : new RowLengthDecode(
                new SuperBlockDecode<TCell, EightRowWalk<AdjacentPairs>>(), new SuperBlockDecode<TCell, EightRowWalk<StreamedRows>>());
        return Avx512Kernel<TFormat>(decode, 256, inStreams, few);
    }

    // Formats that compute more than they wait. On Golden Cove eight rows are 1.02 to 1.06 times as fast as sixteen.
    private static BlockKernel<TFormat> Avx512LowBitCell<TFormat, TCell>(bool inStreams, (int Zen4, int Zen5, int Intel) few)
        where TFormat : struct, IVectorFormat
        where TCell : struct, ISuperBlockCell =>
        Avx512Kernel<TFormat>(
            inStreams ? new SuperBlockDecode<TCell, EightRowWalk<AdjacentRows>>() : new SuperBlockDecode<TCell, SixteenRowWalk>(),
            256, inStreams, few);

    private static BlockKernel<TFormat> Avx512SmallCell<TFormat, TCell>(bool inStreams, (int Zen4, int Zen5, int Intel) few)
        where TFormat : struct, IVectorFormat
        where TCell : struct, ISmallBlockCell =>
        Avx512Kernel<TFormat>(SmallDecode<TCell>(inStreams), 32, inStreams, few);

    private static DecodeKernel SmallDecode<TCell>(bool inStreams)
        where TCell : struct, ISmallBlockCell =>
        inStreams ? new SmallBlockDecode<TCell, StreamedRows>()
        : Cpu.IsZen4OrOlder ? new SmallBlockDecode<TCell, AdjacentRows>()
        : new SmallBlockDecode<TCell, AdjacentPairs>();

    // few: the most inputs that are faster one by one than as a matrix, from memory with two threads on Zen 5 and on Golden Cove. On Zen 4,
    // where 512-bit operations take twice as long and look-ups into tables do not, matrices begin to be faster at other numbers, which were
    // measured before panels were unpacked as they are: they may be lower now.
    private static BlockKernel<TFormat> Avx512Kernel<TFormat>(
        DecodeKernel decode, int block, bool inStreams, (int Zen4, int Zen5, int Intel) few)
        where TFormat : struct, IVectorFormat
    {
        var oneByOne = inStreams ? few.Intel : Cpu.IsZen4OrOlder ? few.Zen4 : few.Zen5;
        // int16 weights: Golden Cove is 1.2 to 1.35 times as fast with vpdpbusd in 256 bits (.NET 10 has no wider one); Zen 5 is not.
        var panels = inStreams && AvxVnni.IsSupported && TFormat.Form == WeightForm.Signed
            ? CreateBatch<AvxVnniIsa, AvxVnniPanel, Vector256<byte>>(TFormat.Type)
            : CreateBatch<Avx2Isa, Avx512Panel, Vector512<byte>>(TFormat.Type);
        return new(decode, new FewInputsBatch(oneByOne, new OneByOneBatch(decode, block), panels));
    }
}
