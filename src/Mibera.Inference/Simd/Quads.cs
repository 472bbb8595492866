using System.Runtime.CompilerServices;

namespace Mibera.Inference.Simd;

/// <summary>
/// Sixteen consecutive bytes of each of several rows, row beside row: dword r of vector c holds bytes 4c to 4c + 3 of row r.
/// </summary>
internal readonly unsafe struct Quads<TIsa, TVector>
    where TIsa : struct, IQuadIsa<TVector>
    where TVector : struct
{
    public readonly TVector Q0, Q1, Q2, Q3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quads(TVector q0, TVector q1, TVector q2, TVector q3) => (Q0, Q1, Q2, Q3) = (q0, q1, q2, q3);

    /// <summary>Loads from rows <paramref name="stride"/> bytes apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quads<TIsa, TVector> Load(byte* first, nint stride)
    {
        TIsa.LoadTransposed(first, stride, out var q0, out var q1, out var q2, out var q3);
        return new(q0, q1, q2, q3);
    }

    /// <summary><see cref="IIsa.Bits"/> of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quads<TIsa, TVector> Bits(int shift, byte mask) => new(
        TIsa.Bits(Q0, shift, mask), TIsa.Bits(Q1, shift, mask), TIsa.Bits(Q2, shift, mask), TIsa.Bits(Q3, shift, mask));

    /// <summary><see cref="IIsa.BitsUp"/> of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quads<TIsa, TVector> BitsUp(int shift, byte mask) => new(
        TIsa.BitsUp(Q0, shift, mask), TIsa.BitsUp(Q1, shift, mask), TIsa.BitsUp(Q2, shift, mask), TIsa.BitsUp(Q3, shift, mask));

    /// <summary><see cref="IQuadIsa{TVector}.Lookup"/> of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quads<TIsa, TVector> LookUpIn(TVector table) =>
        new(TIsa.Lookup(table, Q0), TIsa.Lookup(table, Q1), TIsa.Lookup(table, Q2), TIsa.Lookup(table, Q3));

    /// <summary>Subtracts from every byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quads<TIsa, TVector> Minus(byte offset) => new(
        TIsa.Subtract(Q0, offset), TIsa.Subtract(Q1, offset), TIsa.Subtract(Q2, offset), TIsa.Subtract(Q3, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quads<TIsa, TVector> operator |(in Quads<TIsa, TVector> a, in Quads<TIsa, TVector> b) =>
        new(TIsa.Or(a.Q0, b.Q0), TIsa.Or(a.Q1, b.Q1), TIsa.Or(a.Q2, b.Q2), TIsa.Or(a.Q3, b.Q3));
}
