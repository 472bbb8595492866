using System.Runtime.Intrinsics;

namespace Mibera.Inference.Simd;

/// <summary>
/// What unpacking weights row beside row needs of vectors in which each dword belongs to a row: <see cref="Quads{TIsa, TVector}"/>.
/// Every member must be marked for aggressive inlining.
/// </summary>
internal unsafe interface IQuadIsa<TVector>
    where TVector : struct
{
    /// <summary>Dwords of a vector.</summary>
    static abstract int Rows { get; }

    /// <summary>
    /// Sixteen bytes of each row, <paramref name="stride"/> bytes apart, transposed: dword r of column c is dword c of row r.
    /// </summary>
    static abstract void LoadTransposed(
        byte* first, nint stride, out TVector column0, out TVector column1, out TVector column2, out TVector column3);

    /// <summary>A dword of each row.</summary>
    static abstract TVector LoadDwords(byte* first, nint stride);

    static abstract TVector Load(byte* source);

    static abstract void Store(TVector vector, byte* target);

    /// <summary>Stores both halves of a vector.</summary>
    static abstract void StoreHalves(TVector vector, byte* lower, byte* upper);

    /// <summary>As <see cref="IIsa.Bits"/>.</summary>
    static abstract TVector Bits(TVector v, int shift, byte mask);

    /// <summary>As <see cref="IIsa.BitsUp"/>.</summary>
    static abstract TVector BitsUp(TVector v, int shift, byte mask);

    static abstract TVector Or(TVector a, TVector b);

    /// <summary>A table of 16 bytes, which both lanes of <paramref name="entries"/> hold, for <see cref="Lookup"/>.</summary>
    static abstract TVector Table(Vector256<byte> entries);

    /// <summary>Entries of a <see cref="Table"/>; indices are at most 15.</summary>
    static abstract TVector Lookup(TVector table, TVector indices);

    /// <summary>
    /// In byte i of every dword <paramref name="value"/>, where bit 4 <paramref name="quad"/> + i of that dword of
    /// <paramref name="v"/> is set, else zero. Both are constants.
    /// </summary>
    static abstract TVector BitsOfQuad(TVector v, int quad, byte value);

    /// <summary><see cref="Quantization.Unpacking.Fields"/> of byte <paramref name="index"/> (a constant) of every dword.</summary>
    static abstract TVector Fields(TVector v, int index);

    /// <summary>The nibbles of bytes 0 and 1 of every dword, or of 2 and 3, the low one of each first.</summary>
    static abstract TVector Nibbles(TVector v, bool last);

    /// <summary>Subtracts from every byte.</summary>
    static abstract TVector Subtract(TVector v, byte offset);

    /// <summary>
    /// Byte <paramref name="index"/> (a constant) of every dword, signed: as a word twice, or as int32.
    /// </summary>
    static abstract TVector SignedByte(TVector v, int index, bool words);

    /// <summary>Bytes 0 and 1 of every dword, or 2 and 3, signed, as two words.</summary>
    static abstract TVector SignedPair(TVector v, bool last);

    /// <summary><see cref="SignedPair"/> times <paramref name="scales"/>, words in [-128, 127].</summary>
    static abstract TVector ScaledPair(TVector v, bool last, TVector scales);
}
