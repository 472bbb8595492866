using Mibera.Inference.Gguf;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels;

/// <summary>
/// Every (format, instruction set) pair that the engine has, closed at compile time. A pair without a cell of its own
/// falls back to the format's scalar kernel.
/// </summary>
internal static class KernelTable
{
    /// <summary>The kernel of <paramref name="type"/> on <paramref name="set"/>.</summary>
    public static MatrixKernel Get(GgmlType type, InstructionSet set) => Scalar(type);

    /// <summary>The scalar kernel, the oracle of all others.</summary>
    public static MatrixKernel Scalar(GgmlType type) => throw new ArgumentOutOfRangeException(nameof(type), type, "No kernel.");
}
