using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Simd;

/// <summary>Whose processor this is, for choices among kernels that give the same bits.</summary>
internal static class Cpu
{
    static Cpu()
    {
        if (!X86Base.IsSupported)
            return;
        var (_, b, c, d) = X86Base.CpuId(0, 0);
        IsAmd = (b, d, c) == (0x68747541, 0x69746e65, 0x444d4163); // "AuthenticAMD"
        var signature = X86Base.CpuId(1, 0).Eax;
        Family = (signature >> 8 & 15) + (signature >> 20 & 255);
    }

    /// <summary>Whether it is one of AMD's.</summary>
    public static bool IsAmd { get; }

    /// <summary>The family of an x86 processor, the extended one added. Of AMD's 0x17 is Zen to Zen 2, 0x19 Zen 3 and 4, 0x1A
    /// Zen 5.</summary>
    public static int Family { get; }

    /// <summary>Whether it is AMD's up to Zen 4, which halves 512-bit operations and has 32 KB of first-level cache.</summary>
    public static bool IsZen4OrOlder => IsAmd && Family <= 0x19;
}
