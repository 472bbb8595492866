namespace Mibera.Inference;

/// <summary>What the engine's kernels use of this machine's processor.</summary>
public static class Processor
{
    /// <summary>
    /// The instruction set that models loaded from now on use: <c>portable</c>, <c>avx2</c>, <c>avxvnni</c>, <c>avx512</c> or
    /// <c>neon</c>. It is the best of <see cref="InstructionSets"/>, unless the environment variable <c>MIBERA_ISA</c> names another.
    /// Results are the same with all of them.
    /// </summary>
    /// <exception cref="UnsupportedInstructionSetException">The variable names a set that is unknown or that is not there.</exception>
    public static string InstructionSet => Simd.InstructionSets.Name(Simd.InstructionSets.Detect());

    /// <summary>The sets that this processor has and this build of the program may use, the best one last. Native AOT fixes at
    /// publish time what a build may use.</summary>
    public static IReadOnlyList<string> InstructionSets { get; } = [.. Simd.InstructionSets.Supported.Select(Simd.InstructionSets.Name)];
}
