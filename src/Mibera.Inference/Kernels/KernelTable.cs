using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

/// <summary>
/// Every (format, instruction set) pair that the engine has, closed at compile time. A pair without a cell of its own
/// falls back to the sets that its set includes, and at last to the format's scalar kernel.
/// </summary>
internal static partial class KernelTable
{
    private static readonly MatrixKernel?[] ScalarKernels = ByType(
        new FloatKernel<F32Format>(), new FloatKernel<F16Format>(), new FloatKernel<BF16Format>(),
        new ScalarKernel<Q40>(), new ScalarKernel<Q41>(), new ScalarKernel<Q50>(), new ScalarKernel<Q51>(),
        new ScalarKernel<Q80>(), new ScalarKernel<Q10>(), new ScalarKernel<Q20>(),
        new ScalarKernel<Q2K>(), new ScalarKernel<Q3K>(), new ScalarKernel<Q4K>(), new ScalarKernel<Q5K>(), new ScalarKernel<Q6K>(),
        new ScalarKernel<IQ1S>(), new ScalarKernel<IQ1M>(),
        new ScalarKernel<IQ2XXS>(), new ScalarKernel<IQ2XS>(), new ScalarKernel<IQ2S>(),
        new ScalarKernel<IQ3XXS>(), new ScalarKernel<IQ3S>(), new ScalarKernel<IQ4NL>(), new ScalarKernel<IQ4XS>(),
        new ScalarKernel<TQ10>(), new ScalarKernel<TQ20>(), new ScalarKernel<MXFP4>(), new ScalarKernel<NVFP4>());

    private static readonly MatrixKernel?[,] Cells =
        new MatrixKernel?[Enum.GetValues<InstructionSet>().Length, ScalarKernels.Length];

    // Kernels marked for full optimization are compiled once and for good when they first run. What was not known by then they
    // go on asking: AVX2 was once up to 30 % slower in the first format of a process, which asked in each row.
    static KernelTable() => RuntimeHelpers.RunClassConstructor(typeof(Prefetch).TypeHandle);

    /// <summary>The kernel of <paramref name="type"/> on <paramref name="set"/>, which this machine must have.</summary>
    public static MatrixKernel Get(GgmlType type, InstructionSet set)
    {
        for (InstructionSet? candidate = set; candidate is { } current; candidate = Included(current))
        {
            if (InstructionSets.IsSupported(current) && Cell(type, current) is { } kernel)
                return kernel;
        }
        return Scalar(type);
    }

    /// <summary>The scalar kernel, the oracle of all others.</summary>
    public static MatrixKernel Scalar(GgmlType type) =>
        (uint)type < (uint)ScalarKernels.Length && ScalarKernels[(int)type] is { } kernel
            ? kernel
            : throw new ArgumentOutOfRangeException(nameof(type), type, "No kernel multiplies with weights of this type.");

    /// <summary>The pair's own cell, or null where there is none.</summary>
    public static MatrixKernel? Cell(GgmlType type, InstructionSet set)
    {
        if ((uint)type >= (uint)ScalarKernels.Length)
            return null;
        // Made when first asked for: a model has few types. Should two threads meet here, either one's kernel will do.
        return Cells[(int)set, (int)type] ??= set switch
        {
            InstructionSet.Avx512 => CreateAvx512Cell(type, inStreams: !Cpu.IsAmd) ?? Create<Avx2Isa, Avx512Panel, Vector512<byte>>(type),
            _ => CreateVector256(type, set),
        };
    }

    private static InstructionSet? Included(InstructionSet set) => set switch
    {
        InstructionSet.Avx512 => InstructionSet.AvxVnni,
        InstructionSet.AvxVnni => InstructionSet.Avx2,
        InstructionSet.Avx2 or InstructionSet.Neon => InstructionSet.Portable,
        _ => null,
    };

    private static MatrixKernel?[] ByType(params ReadOnlySpan<MatrixKernel> kernels)
    {
        var table = new MatrixKernel?[64];
        foreach (var kernel in kernels)
            table[(int)kernel.Type] = kernel;
        return table;
    }
}
