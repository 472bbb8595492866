using System.Runtime.CompilerServices;

namespace Mibera.Inference.Simd;

/// <summary>
/// Sixteen consecutive bytes of as many rows as a vector has 32-bit lanes: four vectors, each lane of which holds four bytes of
/// its row.
/// </summary>
internal readonly unsafe struct Quads<TIsa, TVector>
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    public readonly TVector Q0, Q1, Q2, Q3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quads(TVector q0, TVector q1, TVector q2, TVector q3) => (Q0, Q1, Q2, Q3) = (q0, q1, q2, q3);

    /// <summary>Loads vectors that lie one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quads<TIsa, TVector> Load(byte* source) => new(
        TIsa.Load(source), TIsa.Load(source + 4 * TIsa.Rows), TIsa.Load(source + 8 * TIsa.Rows), TIsa.Load(source + 12 * TIsa.Rows));

    /// <summary>Loads sixteen bytes of each row, <paramref name="stride"/> bytes apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quads<TIsa, TVector> LoadRows(byte* first, nint stride)
    {
        TIsa.LoadTransposed(first, stride, out var q0, out var q1, out var q2, out var q3);
        return new(q0, q1, q2, q3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(byte* target)
    {
        TIsa.Store(Q0, target);
        TIsa.Store(Q1, target + 4 * TIsa.Rows);
        TIsa.Store(Q2, target + 8 * TIsa.Rows);
        TIsa.Store(Q3, target + 12 * TIsa.Rows);
    }

    /// <summary><see cref="IPanelIsa{TVector}.Bits"/> of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quads<TIsa, TVector> Bits(int shift, byte mask) => new(
        TIsa.Bits(Q0, shift, mask), TIsa.Bits(Q1, shift, mask), TIsa.Bits(Q2, shift, mask), TIsa.Bits(Q3, shift, mask));

    /// <summary><see cref="IPanelIsa{TVector}.BitsUp"/> of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quads<TIsa, TVector> BitsUp(int shift, byte mask) => new(
        TIsa.BitsUp(Q0, shift, mask), TIsa.BitsUp(Q1, shift, mask), TIsa.BitsUp(Q2, shift, mask), TIsa.BitsUp(Q3, shift, mask));

    /// <summary>Adds to every byte, modulo 256.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quads<TIsa, TVector> AddBytes(TVector bytes) => new(
        TIsa.AddBytes(Q0, bytes), TIsa.AddBytes(Q1, bytes), TIsa.AddBytes(Q2, bytes), TIsa.AddBytes(Q3, bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quads<TIsa, TVector> operator |(Quads<TIsa, TVector> a, Quads<TIsa, TVector> b) => new(
        TIsa.Or(a.Q0, b.Q0), TIsa.Or(a.Q1, b.Q1), TIsa.Or(a.Q2, b.Q2), TIsa.Or(a.Q3, b.Q3));
}
