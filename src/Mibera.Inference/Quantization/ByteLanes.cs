using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

/// <summary>
/// 32 bytes, one for each group of eight weights, the first sixteen in both lanes of one vector and the last sixteen in both
/// of another, so that lookups within lanes reach them.
/// </summary>
internal readonly unsafe struct ByteLanes
{
    private Vector256<byte> First { get; init; }

    private Vector256<byte> Last { get; init; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteLanes Load<TIsa>(byte* bytes)
        where TIsa : struct, IIsa => new() { First = TIsa.LoadTwice(bytes), Last = TIsa.LoadTwice(bytes + 16) };

    /// <summary>Bytes 4 <paramref name="quad"/> to 4 <paramref name="quad"/> + 3 (a constant), eight times each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<byte> Spread<TIsa>(int quad)
        where TIsa : struct, IIsa
    {
        var index = (quad & 3) switch
        {
            0 => Vector256.Create(0x0000000000000000, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303),
            1 => Vector256.Create(0x0404040404040404, 0x0505050505050505, 0x0606060606060606, 0x0707070707070707),
            2 => Vector256.Create(0x0808080808080808, 0x0909090909090909, 0x0a0a0a0a0a0a0a0a, 0x0b0b0b0b0b0b0b0b),
            _ => Vector256.Create(0x0c0c0c0c0c0c0c0c, 0x0d0d0d0d0d0d0d0d, 0x0e0e0e0e0e0e0e0e, 0x0f0f0f0f0f0f0f0f),
        };
        return TIsa.Lookup(quad < 4 ? First : Last, index.AsByte());
    }
}
