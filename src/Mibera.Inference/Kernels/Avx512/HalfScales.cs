using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// The f16 scales of small units. There is one conversion for 32 weights, so the common case is worth a branch: neither
/// zero, subnormal, infinite nor NaN.
/// </summary>
internal static class HalfScales
{
    /// <summary>The high words as f16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> High(Vector512<uint> raw)
    {
        var exponents = raw & Vector512.Create(0x7c000000u);
        var isNormal = Vector512.LessThanAll(exponents - Vector512.Create(0x04000000u), Vector512.Create(0x78000000u));
        return isNormal ? Zmm.NormalHighHalfToSingle(raw) : Zmm.HighHalfToSingle(raw, 1f);
    }
}
