using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Numerics;

/// <summary>binary16 to float, 16 at a time, as <c>(float)Half</c> converts. (.NET 10 offers no vector instruction for it.)</summary>
internal static unsafe class HalfVectors
{
    /// <summary>The 16 halves at <paramref name="source"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(ushort* source)
    {
        // Sign-extended and shifted by 13, the half's exponent and mantissa stand where a float has them and the sign is
        // in bit 31; bits 28 to 30 hold copies of it and are cleared.
        var wide = Vector512.WidenLower(Vector256.Load((short*)source).ToVector512Unsafe());
        var bits = (wide << 13) & Vector512.Create(unchecked((int)0x8FFFE000));
        // The exponents' biases differ by 112. The product is exact, for subnormal halves (subnormal floats here) too.
        var value = bits.AsSingle() * Vector512.Create(5.192296858534828e33f);
        // Infinity and NaN have come out as 65536 and more; the largest half is 65504.
        var special = Vector512.GreaterThan(Vector512.Abs(value), Vector512.Create(65504f));
        return value | (special & Vector512.Create(0x7F800000).AsSingle());
    }
}
