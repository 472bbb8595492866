using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels.Generic;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

// The cells of the sets with vectors of 256 bits or less.
internal static partial class KernelTable
{
    private static MatrixKernel? CreateVector256(GgmlType type, InstructionSet set) => set switch
    {
        InstructionSet.Portable => Create<PortableIsa>(type),
        InstructionSet.Avx2 => Create<Avx2Isa>(type),
        InstructionSet.AvxVnni => Create<AvxVnniIsa>(type),
        InstructionSet.Neon => Create<NeonIsa>(type),
        _ => null,
    };

    private static MatrixKernel? Create<TIsa>(GgmlType type)
        where TIsa : struct, IIsa =>
        type switch
        {
            GgmlType.Q4_0 => GenericCell<Q40, TIsa>(),
            GgmlType.Q4_1 => GenericCell<Q41, TIsa>(),
            GgmlType.Q5_0 => GenericCell<Q50, TIsa>(),
            GgmlType.Q5_1 => GenericCell<Q51, TIsa>(),
            GgmlType.Q8_0 => GenericCell<Q80, TIsa>(),
            GgmlType.Q1_0 => GenericCell<Q10, TIsa>(),
            GgmlType.Q2_0 => GenericCell<Q20, TIsa>(),
            GgmlType.Q2_K => GenericCell<Q2K, TIsa>(),
            GgmlType.Q3_K => GenericCell<Q3K, TIsa>(),
            GgmlType.Q4_K => GenericCell<Q4K, TIsa>(),
            GgmlType.Q5_K => GenericCell<Q5K, TIsa>(),
            GgmlType.Q6_K => GenericCell<Q6K, TIsa>(),
            GgmlType.IQ4_NL => GenericCell<IQ4NL, TIsa>(),
            GgmlType.IQ4_XS => GenericCell<IQ4XS, TIsa>(),
            GgmlType.IQ1_S => GenericCell<IQ1S, TIsa>(),
            GgmlType.IQ1_M => GenericCell<IQ1M, TIsa>(),
            GgmlType.IQ2_XXS => GenericCell<IQ2XXS, TIsa>(),
            GgmlType.IQ2_XS => GenericCell<IQ2XS, TIsa>(),
            GgmlType.IQ2_S => GenericCell<IQ2S, TIsa>(),
            GgmlType.IQ3_XXS => GenericCell<IQ3XXS, TIsa>(),
            GgmlType.IQ3_S => GenericCell<IQ3S, TIsa>(),
            GgmlType.TQ1_0 => GenericCell<TQ10, TIsa>(),
            GgmlType.TQ2_0 => GenericCell<TQ20, TIsa>(),
            GgmlType.MXFP4 => GenericCell<MXFP4, TIsa>(),
            GgmlType.NVFP4 => GenericCell<NVFP4, TIsa>(),
            _ => null,
        };

    private static BlockKernel<TFormat> GenericCell<TFormat, TIsa>()
        where TFormat : struct, IVectorFormat
        where TIsa : struct, IIsa
    {
        var decode = new GenericDecode<TFormat, TIsa>();
        return new(decode, new RowByRowBatch(decode, TFormat.UnitElements == IntegerBlock.MaxElements ? 256 : 32));
    }
}
