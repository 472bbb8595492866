using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

// The batch kernels of all cells, with the products that the range of each format's weights allows.
internal static partial class KernelTable
{
    private static BatchKernel CreateBatch<TUnpack, TPanel, TVector>(GgmlType type)
        where TUnpack : struct, IIsa
        where TPanel : struct, IPanelIsa<TVector>
        where TVector : struct =>
        type switch
        {
            GgmlType.Q4_0 => new PanelBatch<Q40, Signed<Eight>, TUnpack, TPanel, TVector>(),
            GgmlType.Q4_1 => new PanelBatch<Q41, Unsigned<Eight>, TUnpack, TPanel, TVector>(),
            GgmlType.Q5_0 => new PanelBatch<Q50, Signed<Four>, TUnpack, TPanel, TVector>(),
            GgmlType.Q5_1 => new PanelBatch<Q51, Unsigned<Four>, TUnpack, TPanel, TVector>(),
            GgmlType.Q8_0 => new PanelBatch<Q80, Wide, TUnpack, TPanel, TVector>(),
            GgmlType.Q1_0 => new PanelBatch<Q10, Signed<Eight>, TUnpack, TPanel, TVector>(),
            GgmlType.Q2_0 => new PanelBatch<Q20, Signed<Eight>, TUnpack, TPanel, TVector>(),
            GgmlType.Q2_K => new PanelBatch<Q2K, Unsigned<Four>, TUnpack, TPanel, TVector>(),
            GgmlType.Q3_K => new PanelBatch<Q3K, Signed<Four>, TUnpack, TPanel, TVector>(),
            GgmlType.Q4_K => new PanelBatch<Q4K, Unsigned<Eight>, TUnpack, TPanel, TVector>(),
            GgmlType.Q5_K => new PanelBatch<Q5K, Unsigned<Four>, TUnpack, TPanel, TVector>(),
            GgmlType.Q6_K => new PanelBatch<Q6K, Signed<Two>, TUnpack, TPanel, TVector>(),
            GgmlType.IQ4_NL => new PanelBatch<IQ4NL, Wide, TUnpack, TPanel, TVector>(),
            GgmlType.IQ4_XS => new PanelBatch<IQ4XS, Wide, TUnpack, TPanel, TVector>(),
            GgmlType.IQ1_S => new PanelBatch<IQ1S, Unsigned<Eight>, TUnpack, TPanel, TVector>(),
            GgmlType.IQ1_M => new PanelBatch<IQ1M, Signed<Four>, TUnpack, TPanel, TVector>(),
            GgmlType.IQ2_XXS => new PanelBatch<IQ2XXS, Wrapping, TUnpack, TPanel, TVector>(),
            GgmlType.IQ2_XS => new PanelBatch<IQ2XS, Wrapping, TUnpack, TPanel, TVector>(),
            GgmlType.IQ2_S => new PanelBatch<IQ2S, Wrapping, TUnpack, TPanel, TVector>(),
            GgmlType.IQ3_XXS => new PanelBatch<IQ3XXS, Signed<Two>, TUnpack, TPanel, TVector>(),
            GgmlType.IQ3_S => new PanelBatch<IQ3S, Signed<Four>, TUnpack, TPanel, TVector>(),
            GgmlType.TQ1_0 => new PanelBatch<TQ10, Signed<Eight>, TUnpack, TPanel, TVector>(),
            GgmlType.TQ2_0 => new PanelBatch<TQ20, Signed<Eight>, TUnpack, TPanel, TVector>(),
            GgmlType.MXFP4 => new PanelBatch<MXFP4, Signed<Four>, TUnpack, TPanel, TVector>(),
            GgmlType.NVFP4 => new PanelBatch<NVFP4, Signed<Four>, TUnpack, TPanel, TVector>(),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No batch kernel multiplies with weights of this type."),
        };
}
