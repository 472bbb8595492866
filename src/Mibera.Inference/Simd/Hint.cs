using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Simd;

/// <summary>Hints to the memory system; they change no result.</summary>
internal static unsafe class Hint
{
    /// <summary>Fetches the line of <paramref name="address"/>, which need not be mapped, into the second-level cache. Nothing
    /// where .NET has no such instruction (Arm).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(address);
    }
}
