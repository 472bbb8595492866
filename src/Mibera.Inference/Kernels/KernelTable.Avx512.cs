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
        GgmlType.Q2_K => Avx512Cell<Q2K, Q2K.Avx512, EightRowWalk>(),
        GgmlType.Q3_K => Avx512Cell<Q3K, Q3K.Avx512, EightRowWalk>(),
        GgmlType.Q4_K => Avx512Cell<Q4K, Q4K.Avx512, EightRowWalk>(),
        GgmlType.Q5_K => Avx512Cell<Q5K, Q5K.Avx512, EightRowWalk>(),
        GgmlType.Q6_K => Avx512Cell<Q6K, Q6K.Avx512, EightRowWalk>(),
        GgmlType.IQ4_XS => Avx512Cell<IQ4XS, IQ4XS.Avx512, EightRowWalk>(),
        _ => null,
    };

    private static BlockKernel<TFormat> Avx512Cell<TFormat, TCell, TWalk>()
        where TFormat : struct, IBlockFormat
        where TCell : struct, ISuperBlockCell
        where TWalk : struct, IWalk =>
        new(new SuperBlockDecode<TCell, TWalk>(), CreateAvx512Batch(TFormat.Type));

    private static BatchKernel CreateAvx512Batch(GgmlType type) => CreateBatch<Avx2Isa, Avx512Panel, Vector512<byte>>(type);
}
