using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Simd;

/// <summary>
/// Sixteen consecutive bytes of each of eight rows, row beside row: dword r of vector c holds bytes 4c to 4c + 3 of row r.
/// </summary>
internal readonly unsafe struct Quads
{
    public readonly Vector256<byte> Q0, Q1, Q2, Q3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quads(Vector256<byte> q0, Vector256<byte> q1, Vector256<byte> q2, Vector256<byte> q3) => (Q0, Q1, Q2, Q3) = (q0, q1, q2, q3);

    /// <summary>Loads from rows <paramref name="stride"/> bytes apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quads Load<TIsa>(byte* first, nint stride)
        where TIsa : struct, IIsa
    {
        TIsa.LoadTransposed(first, stride, out var q0, out var q1, out var q2, out var q3);
        return new(q0, q1, q2, q3);
    }

    /// <summary><see cref="Unpacking.Bits"/> of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quads Bits(int shift, byte mask) => new(
        Unpacking.Bits(Q0, shift, mask), Unpacking.Bits(Q1, shift, mask),
        Unpacking.Bits(Q2, shift, mask), Unpacking.Bits(Q3, shift, mask));

    /// <summary><see cref="Unpacking.BitsUp"/> of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quads BitsUp(int shift, byte mask) => new(
        Unpacking.BitsUp(Q0, shift, mask), Unpacking.BitsUp(Q1, shift, mask),
        Unpacking.BitsUp(Q2, shift, mask), Unpacking.BitsUp(Q3, shift, mask));

    /// <summary>Subtracts from every byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quads Minus(byte offset)
    {
        var offsets = Vector256.Create(offset);
        return new(Q0 - offsets, Q1 - offsets, Q2 - offsets, Q3 - offsets);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quads operator |(in Quads a, in Quads b) => new(a.Q0 | b.Q0, a.Q1 | b.Q1, a.Q2 | b.Q2, a.Q3 | b.Q3);
}
