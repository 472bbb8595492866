using System.Runtime.Intrinsics;
using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Kernels.Generic;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

// The cells of the sets with vectors of 256 bits or less.
internal static partial class KernelTable
{
    private static MatrixKernel? CreateVector256(GgmlType type, InstructionSet set) => set switch
    {
        InstructionSet.Portable => Create<PortableIsa, PortablePanel, Vector128<byte>>(type),
        InstructionSet.Avx2 => Create<Avx2Isa, Avx2Panel, Vector256<byte>>(type),
        InstructionSet.AvxVnni => Create<AvxVnniIsa, AvxVnniPanel, Vector256<byte>>(type),
        InstructionSet.Neon => Create<NeonIsa, NeonPanel, Vector128<byte>>(type),
        _ => null,
    };

    private static MatrixKernel? Create<TIsa, TPanel, TVector>(GgmlType type)
        where TIsa : struct, IIsa
        where TPanel : struct, IPanelIsa<TVector>
        where TVector : struct =>
        type switch
        {
            GgmlType.Q4_0 => GenericCell<Q40, TIsa, TPanel, TVector>(),
            GgmlType.Q4_1 => GenericCell<Q41, TIsa, TPanel, TVector>(),
            GgmlType.Q5_0 => GenericCell<Q50, TIsa, TPanel, TVector>(),
            GgmlType.Q5_1 => GenericCell<Q51, TIsa, TPanel, TVector>(),
            GgmlType.Q8_0 => GenericCell<Q80, TIsa, TPanel, TVector>(),
            GgmlType.Q1_0 => GenericCell<Q10, TIsa, TPanel, TVector>(),
            GgmlType.Q2_0 => GenericCell<Q20, TIsa, TPanel, TVector>(),
            GgmlType.Q2_K => GenericCell<Q2K, TIsa, TPanel, TVector>(),
            GgmlType.Q3_K => GenericCell<Q3K, TIsa, TPanel, TVector>(),
            GgmlType.Q4_K => GenericCell<Q4K, TIsa, TPanel, TVector>(),
            GgmlType.Q5_K => GenericCell<Q5K, TIsa, TPanel, TVector>(),
            GgmlType.Q6_K => GenericCell<Q6K, TIsa, TPanel, TVector>(),
            GgmlType.IQ4_NL => GenericCell<IQ4NL, TIsa, TPanel, TVector>(),
            GgmlType.IQ4_XS => GenericCell<IQ4XS, TIsa, TPanel, TVector>(),
            GgmlType.IQ1_S => GenericCell<IQ1S, TIsa, TPanel, TVector>(),
            GgmlType.IQ1_M => GenericCell<IQ1M, TIsa, TPanel, TVector>(),
            GgmlType.IQ2_XXS => GenericCell<IQ2XXS, TIsa, TPanel, TVector>(),
            GgmlType.IQ2_XS => GenericCell<IQ2XS, TIsa, TPanel, TVector>(),
            GgmlType.IQ2_S => GenericCell<IQ2S, TIsa, TPanel, TVector>(),
            GgmlType.IQ3_XXS => GenericCell<IQ3XXS, TIsa, TPanel, TVector>(),
            GgmlType.IQ3_S => GenericCell<IQ3S, TIsa, TPanel, TVector>(),
            GgmlType.TQ1_0 => GenericCell<TQ10, TIsa, TPanel, TVector>(),
            GgmlType.TQ2_0 => GenericCell<TQ20, TIsa, TPanel, TVector>(),
            GgmlType.MXFP4 => GenericCell<MXFP4, TIsa, TPanel, TVector>(),
            GgmlType.NVFP4 => GenericCell<NVFP4, TIsa, TPanel, TVector>(),
            _ => null,
        };

    private static BlockKernel<TFormat> GenericCell<TFormat, TIsa, TPanel, TVector>()
        where TFormat : struct, IVectorFormat
        where TIsa : struct, IIsa
        where TPanel : struct, IPanelIsa<TVector>
        where TVector : struct =>
        new(new GenericDecode<TFormat, TIsa>(), CreateBatch<TIsa, TPanel, TVector>(TFormat.Type));
}
