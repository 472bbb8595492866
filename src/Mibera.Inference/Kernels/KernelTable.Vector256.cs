using System.Runtime.Intrinsics;
using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Kernels.Generic;
using Mibera.Inference.Kernels.Planes;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

// The cells of the sets with vectors of 256 bits or less.
internal static partial class KernelTable
{
    private static MatrixKernel? CreateVector256(GgmlType type, InstructionSet set) => set switch
    {
        InstructionSet.Portable => Create<PortableIsa, PortablePanel, Vector128<byte>>(type),
        // Measured on Zen 3. On Intel's processors vpblendvb is two or three operations, before Zen 2 those of 256 bits are two.
        InstructionSet.Avx2 when type == GgmlType.IQ2_XXS && Cpu.IsAmd && Cpu.Family >= 0x19 => CreateIq2XxsPlanes(),
        InstructionSet.Avx2 => Create<Avx2Isa, Avx2Panel, Vector256<byte>>(type),
        InstructionSet.AvxVnni => Create<AvxVnniIsa, AvxVnniPanel, Vector256<byte>>(type),
        InstructionSet.Neon => Create<NeonIsa, NeonPanel, Vector128<byte>>(type),
        _ => null,
    };

    /// <summary>IQ2_XXS on AVX2 with its grid in registers. Other processors load from it, as <see cref="CreateIq2XxsLoads"/>
    /// does.</summary>
    internal static MatrixKernel CreateIq2XxsPlanes() =>
        new BlockKernel<IQ2XXS>(new PlaneDecode(), SuperBlockBatch<IQ2XXS, Avx2Isa, Avx2Panel, Vector256<byte>>());

    /// <summary>IQ2_XXS on AVX2 as the other grid formats.</summary>
    internal static MatrixKernel CreateIq2XxsLoads() => SuperBlockCell<IQ2XXS, Avx2Isa, Avx2Panel, Vector256<byte>>();

    private static MatrixKernel? Create<TIsa, TPanel, TVector>(GgmlType type)
        where TIsa : struct, IIsa
        where TPanel : struct, IPanelIsa<TVector>
        where TVector : struct =>
        type switch
        {
            GgmlType.Q4_0 => SmallUnitCell<Q40, TIsa, TPanel, TVector>(),
            GgmlType.Q4_1 => SmallUnitCell<Q41, TIsa, TPanel, TVector>(),
            GgmlType.Q5_0 => SmallUnitCell<Q50, TIsa, TPanel, TVector>(),
            GgmlType.Q5_1 => SmallUnitCell<Q51, TIsa, TPanel, TVector>(),
            GgmlType.Q8_0 => SmallUnitCell<Q80, TIsa, TPanel, TVector>(),
            GgmlType.Q1_0 => SmallUnitCell<Q10, TIsa, TPanel, TVector>(),
            GgmlType.Q2_0 => SmallUnitCell<Q20, TIsa, TPanel, TVector>(),
            GgmlType.Q2_K => SuperBlockCell<Q2K, TIsa, TPanel, TVector>(),
            GgmlType.Q3_K => SuperBlockCell<Q3K, TIsa, TPanel, TVector>(),
            GgmlType.Q4_K => SuperBlockCell<Q4K, TIsa, TPanel, TVector>(),
            GgmlType.Q5_K => SuperBlockCell<Q5K, TIsa, TPanel, TVector>(),
            GgmlType.Q6_K => SuperBlockCell<Q6K, TIsa, TPanel, TVector>(),
            GgmlType.IQ4_NL => SmallUnitCell<IQ4NL, TIsa, TPanel, TVector>(),
            GgmlType.IQ4_XS => SuperBlockCell<IQ4XS, TIsa, TPanel, TVector>(),
            GgmlType.IQ1_S => SuperBlockCell<IQ1S, TIsa, TPanel, TVector>(),
            GgmlType.IQ1_M => SuperBlockCell<IQ1M, TIsa, TPanel, TVector>(),
            GgmlType.IQ2_XXS => SuperBlockCell<IQ2XXS, TIsa, TPanel, TVector>(),
            GgmlType.IQ2_XS => SuperBlockCell<IQ2XS, TIsa, TPanel, TVector>(),
            GgmlType.IQ2_S => SuperBlockCell<IQ2S, TIsa, TPanel, TVector>(),
            GgmlType.IQ3_XXS => SuperBlockCell<IQ3XXS, TIsa, TPanel, TVector>(),
            GgmlType.IQ3_S => SuperBlockCell<IQ3S, TIsa, TPanel, TVector>(),
            GgmlType.TQ1_0 => SuperBlockCell<TQ10, TIsa, TPanel, TVector>(),
            GgmlType.TQ2_0 => SuperBlockCell<TQ20, TIsa, TPanel, TVector>(),
            GgmlType.MXFP4 => SmallUnitCell<MXFP4, TIsa, TPanel, TVector>(),
            GgmlType.NVFP4 => SmallUnitCell<NVFP4, TIsa, TPanel, TVector>(),
            _ => null,
        };

    private static BlockKernel<TFormat> SuperBlockCell<TFormat, TIsa, TPanel, TVector>()
        where TFormat : struct, IVectorFormat
        where TIsa : struct, IIsa
        where TPanel : struct, IPanelIsa<TVector>
        where TVector : struct =>
        new(new SuperBlockDecode<TFormat, TIsa>(), SuperBlockBatch<TFormat, TIsa, TPanel, TVector>());

    private static BatchKernel SuperBlockBatch<TFormat, TIsa, TPanel, TVector>()
        where TFormat : struct, IVectorFormat
        where TIsa : struct, IIsa
        where TPanel : struct, IPanelIsa<TVector>
        where TVector : struct
    {
        var panels = CreateBatch<TIsa, TPanel, TVector>(TFormat.Type);
        if (!TIsa.SeveralInputsAtOnce)
            return panels;
        // Up to where matrix x matrix is no faster, with AVX2 from memory on Zen 3 (later where panels are of words, or where two products
        // are added up, as of Q6_K) or on Golden Cove, where K-quants are 1.1 to 1.3 times as fast with panels from four inputs on.
        var few = TFormat.Form == WeightForm.Signed && TPanel.SumsAreWords ? 8
            : Cpu.IsAmd ? (TFormat.Type == GgmlType.Q6_K ? 8 : 4)
            : TFormat.UnpacksQuads ? 3 : 5;
        return new FewInputsBatch(few, new SeveralInputsBatch<TFormat, TIsa>(), panels);
    }

    private static BlockKernel<TFormat> SmallUnitCell<TFormat, TIsa, TPanel, TVector>()
        where TFormat : struct, IColumnFormat
        where TIsa : struct, IIsa
        where TPanel : struct, IPanelIsa<TVector>
        where TVector : struct =>
        new(new SmallUnitDecode<TFormat, TIsa>(), CreateBatch<TIsa, TPanel, TVector>(TFormat.Type));
}
