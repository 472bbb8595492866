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
        Vendor = (b, d, c) switch
        {
            (0x68747541, 0x69746e65, 0x444d4163) => CpuVendor.Amd, // "AuthenticAMD"
            (0x756e6547, 0x49656e69, 0x6c65746e) => CpuVendor.Intel, // "GenuineIntel"
            _ => CpuVendor.Other,
        };
        var signature = X86Base.CpuId(1, 0).Eax;
        Family = (signature >> 8 & 15) + (signature >> 20 & 255);
    }

    public static CpuVendor Vendor { get; }

    /// <summary>The family of an x86 processor, the extended one added: 0x17 is Zen to Zen 2, 0x19 Zen 3 and 4, 0x1A Zen 5.</summary>
    public static int Family { get; }
}

/// <summary>Makers of x86 processors that kernels tell apart.</summary>
internal enum CpuVendor
{
    Other,
    Amd,
    Intel,
}
