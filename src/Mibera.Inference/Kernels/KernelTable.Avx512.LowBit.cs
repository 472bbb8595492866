using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels.Avx512;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Kernels;

// The cells of AVX-512: formats with grids, ternary formats, small floats.
internal static partial class KernelTable
{
    private static MatrixKernel? CreateAvx512LowBit(GgmlType type, bool inStreams) => type switch
    {
        GgmlType.IQ2_XXS => Avx512LowBitCell<IQ2XXS, RowPairs<IQ2XXS.Avx512>>(inStreams, (6, 6, 4)),
        GgmlType.IQ2_XS => Avx512LowBitCell<IQ2XS, RowPairs<IQ2XS.Avx512>>(inStreams, (6, 4, 3)),
        GgmlType.IQ2_S => Avx512LowBitCell<IQ2S, RowPairs<IQ2S.Avx512>>(inStreams, (6, 3, 2)),
        GgmlType.IQ3_XXS => Avx512LowBitCell<IQ3XXS, RowPairs<IQ3XXS.Avx512>>(inStreams, (6, 4, 3)),
        GgmlType.IQ3_S => Avx512LowBitCell<IQ3S, RowPairs<IQ3S.Avx512>>(inStreams, (6, 2, 2)),
        GgmlType.IQ1_S => Avx512LowBitCell<IQ1S, RowPairs<IQ1S.Avx512>>(inStreams, (6, 3, 2)),
        GgmlType.IQ1_M => Avx512LowBitCell<IQ1M, RowPairs<IQ1M.Avx512>>(inStreams, (6, 3, 2)),
        GgmlType.TQ1_0 => Avx512LowBitCell<TQ10, TQ10.Avx512>(inStreams, (6, 6, 4)),
        GgmlType.TQ2_0 => Avx512Cell<TQ20, TQ20.Avx512, SixteenRowWalk>(inStreams, (6, 7, 6)),
        GgmlType.MXFP4 => Avx512SmallCell<MXFP4, MXFP4.Avx512>(inStreams, (6, 3, 2)),
        GgmlType.NVFP4 => Avx512SmallCell<NVFP4, NVFP4.Avx512>(inStreams, (6, 2, 2)),
        GgmlType.Q1_0 => Avx512SmallCell<Q10, Q10.Avx512>(inStreams, (6, 3, 4)),
        GgmlType.Q2_0 => Avx512SmallCell<Q20, Q20.Avx512>(inStreams, (6, 3, 3)),
        _ => null,
    };
}
