namespace Mibera.Inference.Simd;

/// <summary>The instruction sets that kernels are written for; each includes those before it on its architecture.</summary>
internal enum InstructionSet
{
    /// <summary>.NET's portable vectors only.</summary>
    Portable,

    /// <summary>x86-64 with AVX2 and FMA.</summary>
    Avx2,

    /// <summary>AVX2 with 256-bit VNNI and GFNI, which every processor with the former has.</summary>
    AvxVnni,

    /// <summary>AVX-512 with BW, VBMI, VBMI2 and GFNI.</summary>
    Avx512,

    /// <summary>Arm64 AdvSimd with the dot product instructions.</summary>
    Neon,
}
