using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Simd;

/// <summary>Which instruction sets this machine has, and which of them the engine uses.</summary>
internal static class InstructionSets
{
    /// <summary>The environment variable that forces a set: portable, avx2, avxvnni, avx512 or neon.</summary>
    public const string Variable = "MIBERA_ISA";

    /// <summary>The sets of this machine, the preferred one last.</summary>
    public static IReadOnlyList<InstructionSet> Supported { get; } =
        [.. Enum.GetValues<InstructionSet>().Where(IsSupported)];

    /// <summary>Whether this machine, and this build of the runtime, can run <paramref name="set"/>.</summary>
    public static bool IsSupported(InstructionSet set) => set switch
    {
        InstructionSet.Portable => true,
        InstructionSet.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        InstructionSet.AvxVnni => Avx2.IsSupported && Fma.IsSupported && AvxVnni.IsSupported && Gfni.V256.IsSupported,
        InstructionSet.Avx512 => Zmm.IsSupported,
        InstructionSet.Neon => AdvSimd.Arm64.IsSupported && Dp.IsSupported,
        _ => false,
    };

    /// <summary>The set that the environment forces, or else the preferred one of this machine.</summary>
    /// <exception cref="UnsupportedInstructionSetException">The forced set is unknown or absent.</exception>
    public static InstructionSet Detect() => Choose(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The set that <paramref name="forced"/> names; without a name the preferred one of this machine.</summary>
    /// <exception cref="UnsupportedInstructionSetException">The forced set is unknown or absent.</exception>
    public static InstructionSet Choose(string? forced)
    {
        if (string.IsNullOrWhiteSpace(forced))
            return Supported[^1];
        foreach (var set in Enum.GetValues<InstructionSet>())
        {
            if (!string.Equals(Name(set), forced.Trim(), StringComparison.OrdinalIgnoreCase))
                continue;
            return IsSupported(set) ? set : throw Unusable(forced, "which this machine does not have");
        }
        throw Unusable(forced, "which is no instruction set");
    }

    /// <summary>The name of <paramref name="set"/> in the environment and in reports.</summary>
    public static string Name(InstructionSet set) => set switch
    {
        InstructionSet.Portable => "portable",
        InstructionSet.Avx2 => "avx2",
        InstructionSet.AvxVnni => "avxvnni",
        InstructionSet.Avx512 => "avx512",
        InstructionSet.Neon => "neon",
        _ => throw new ArgumentOutOfRangeException(nameof(set), set, "Unknown instruction set."),
    };

    private static UnsupportedInstructionSetException Unusable(string forced, string why) => new(
        $"{Variable} is '{forced}', {why}; here it may be {string.Join(", ", Supported.Select(Name))}, or unset for the best.");
}
