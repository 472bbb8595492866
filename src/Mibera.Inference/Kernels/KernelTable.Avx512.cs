using System.Runtime.Intrinsics;
using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

// The cells of AVX-512: K-quants, 4-bit codebooks and the formats of 32 weights.
internal static partial class KernelTable
{
    private static MatrixKernel? CreateAvx512(GgmlType type) => type switch
    {
        GgmlType.Q4_0 => Avx512SmallCell<Q40, Q40.Avx512>(few: 8),
        GgmlType.Q4_1 => Avx512SmallCell<Q41, Q41.Avx512>(few: 7),
        GgmlType.Q5_0 => Avx512SmallCell<Q50, Q50.Avx512>(few: 6),
        GgmlType.Q5_1 => Avx512SmallCell<Q51, Q51.Avx512>(few: 6),
        GgmlType.Q8_0 => Avx512SmallCell<Q80, Q80.Avx512>(few: 5),
        GgmlType.IQ4_NL => Avx512SmallCell<IQ4NL, IQ4NL.Avx512>(few: 9),
        GgmlType.Q2_K => Avx512Cell<Q2K, Q2K.Avx512, RowLengthWalk>(few: 5),
        GgmlType.Q3_K => Avx512Cell<Q3K, Q3K.Avx512, RowLengthWalk>(few: 4),
        GgmlType.Q4_K => Avx512Cell<Q4K, Q4K.Avx512, RowLengthWalk>(few: 4),
        GgmlType.Q5_K => Avx512Cell<Q5K, Q5K.Avx512, RowLengthWalk>(few: 3),
        GgmlType.Q6_K => Avx512Cell<Q6K, Q6K.Avx512, EightRowWalk>(few: 3),
        GgmlType.IQ4_XS => Avx512Cell<IQ4XS, IQ4XS.Avx512, RowLengthWalk>(few: 10),
        _ => null,
    };

    private static BlockKernel<TFormat> Avx512Cell<TFormat, TCell, TWalk>(int few)
        where TFormat : struct, IVectorFormat
        where TCell : struct, ISuperBlockCell
        where TWalk : struct, IWalk =>
        Avx512Kernel<TFormat>(new SuperBlockDecode<TCell, TWalk>(), 256, few);

    private static BlockKernel<TFormat> Avx512SmallCell<TFormat, TCell>(int few)
        where TFormat : struct, IVectorFormat
        where TCell : struct, ISmallBlockCell =>
        Avx512Kernel<TFormat>(new SmallBlockDecode<TCell>(), 32, few);

    // few: the most inputs that are faster one by one than as a matrix on Zen 5: K-quants from memory, others in cache. On Zen 4,
    // where 512-bit operations take twice as long and look-ups into tables do not, matrices begin to be faster at other numbers (those
    // below were measured before panels of AVX-512 were filled by sixteen rows).
    private static BlockKernel<TFormat> Avx512Kernel<TFormat>(DecodeKernel decode, int block, int few)
        where TFormat : struct, IVectorFormat
    {
        if (Cpu.IsZen4OrOlder)
            few = TFormat.UnpacksQuads ? 3 : 6;
        var panels = CreateBatch<Avx2Isa, Avx512Panel, Vector512<byte>>(TFormat.Type);
        return new(decode, new FewInputsBatch(few, new OneByOneBatch(decode, block), panels));
    }
}
