using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Simd;

/// <summary>
/// Two 512-bit vectors that go through the same steps, so that constants are loaded once for both: a kernel with large
/// tables would otherwise be bound by its loads (Zen 4 has one of 64 bytes per cycle).
/// </summary>
internal readonly struct TwoZmm<T>(Vector512<T> a, Vector512<T> b)
{
    public readonly Vector512<T> A = a;

    public readonly Vector512<T> B = b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<T> operator +(TwoZmm<T> left, TwoZmm<T> right) => new(left.A + right.A, left.B + right.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<T> operator +(TwoZmm<T> left, Vector512<T> right) => new(left.A + right, left.B + right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<T> operator -(TwoZmm<T> left, Vector512<T> right) => new(left.A - right, left.B - right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<T> operator &(TwoZmm<T> left, Vector512<T> right) => new(left.A & right, left.B & right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<T> operator &(TwoZmm<T> left, TwoZmm<T> right) => new(left.A & right.A, left.B & right.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<T> operator ^(TwoZmm<T> left, Vector512<T> right) => new(left.A ^ right, left.B ^ right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TwoZmm<TOther> As<TOther>() => new(A.As<T, TOther>(), B.As<T, TOther>());
}

/// <summary>Operations on both vectors of a <see cref="TwoZmm{T}"/>.</summary>
internal static unsafe class TwoZmm
{
    /// <summary>Two vectors in 128 bytes that are aligned to 64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<T> LoadAligned<T>(byte* source)
        where T : unmanaged => new(Vector512.LoadAligned((T*)source), Vector512.LoadAligned((T*)(source + 64)));

    /// <summary>Stores both vectors in 128 bytes that are aligned to 64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreAligned<T>(TwoZmm<T> vectors, byte* target)
        where T : unmanaged
    {
        vectors.A.StoreAligned((T*)target);
        vectors.B.StoreAligned((T*)(target + 64));
    }

    /// <summary>64 bytes of two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> Load(byte* first, nint stride) => new(Vector512.Load(first), Vector512.Load(first + stride));

    /// <summary>Two of <see cref="Zmm.LoadTwice"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> LoadTwice(byte* first, nint stride) => new(Zmm.LoadTwice(first), Zmm.LoadTwice(first + stride));

    /// <summary>Two of <see cref="Zmm.LoadLanes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> LoadLanes(byte* low, byte* high, nint stride) =>
        new(Zmm.LoadLanes(low, stride), Zmm.LoadLanes(high, stride));

    /// <summary>Two of <see cref="Zmm.LoadHalves"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> LoadHalves(byte* low, byte* high, nint stride) =>
        new(Zmm.LoadHalves(low, high), Zmm.LoadHalves(low + stride, high + stride));

    /// <summary>16 bytes of each of two rows, in the first two lanes; the others are undefined.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> LoadQuarters(byte* low, byte* high, nint stride) =>
        new(Zmm.LoadQuarters(low, high), Zmm.LoadQuarters(low + stride, high + stride));

    /// <summary>Bytes of the sources themselves, as the aligned indices tell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> LookUpIn(TwoZmm<byte> source, byte* indices)
    {
        var index = Vector512.LoadAligned(indices);
        return new(Avx512Vbmi.PermuteVar64x8(source.A, index), Avx512Vbmi.PermuteVar64x8(source.B, index));
    }

    /// <summary>Two of <see cref="Zmm.HalvesToDwords(byte*, byte*)"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<uint> HalvesToDwords(byte* low, byte* high, nint stride) =>
        new(Zmm.HalvesToDwords(low, high), Zmm.HalvesToDwords(low + stride, high + stride));

    /// <summary>Two of <see cref="Zmm.HalvesToDwords(ushort*, ushort*)"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<uint> HalvesToDwords(ushort* low, ushort* high, nint stride) => new(
        Zmm.HalvesToDwords(low, high),
        Zmm.HalvesToDwords((ushort*)((byte*)low + stride), (ushort*)((byte*)high + stride)));

    /// <summary>Two of <see cref="Zmm.HalvesToWords"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<ushort> HalvesToWords(byte* low, byte* high, nint stride) =>
        new(Zmm.HalvesToWords(low, high), Zmm.HalvesToWords(low + stride, high + stride));

    /// <summary>Two of <see cref="Zmm.HalvesToQwords"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<ulong> HalvesToQwords(ushort* low, ushort* high, nint stride) => new(
        Zmm.HalvesToQwords(low, high),
        Zmm.HalvesToQwords((ushort*)((byte*)low + stride), (ushort*)((byte*)high + stride)));

    /// <summary>Two of <see cref="Zmm.BroadcastToHalves{T}"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<T> BroadcastToHalves<T>(T* low, T* high, nint stride)
        where T : unmanaged => new(
            Zmm.BroadcastToHalves(low, high),
            Zmm.BroadcastToHalves((T*)((byte*)low + stride), (T*)((byte*)high + stride)));

    /// <summary>The dwords of 32, the first 16 of them in <paramref name="low"/>, that the aligned indices tell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<uint> Gather(TwoZmm<uint> low, uint* indices, TwoZmm<uint> high)
    {
        var index = Vector512.LoadAligned(indices);
        return new(Avx512F.PermuteVar16x32x2(low.A, index, high.A), Avx512F.PermuteVar16x32x2(low.B, index, high.B));
    }

    /// <summary>The bytes of 128, the first 64 of them in <paramref name="low"/>, that the aligned indices tell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> Gather(TwoZmm<byte> low, byte* indices, TwoZmm<byte> high)
    {
        var index = Vector512.LoadAligned(indices);
        return new(Avx512Vbmi.PermuteVar64x8x2(low.A, index, high.A), Avx512Vbmi.PermuteVar64x8x2(low.B, index, high.B));
    }

    /// <summary>Bytes of the same lane, as the aligned indices tell; zero where they have bit 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> Shuffle(TwoZmm<byte> source, byte* indices)
    {
        var index = Vector512.LoadAligned(indices);
        return new(Avx512BW.Shuffle(source.A, index), Avx512BW.Shuffle(source.B, index));
    }

    /// <summary>Looks up the low six bits of each byte in 64 aligned bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> LookUp64(byte* table, TwoZmm<byte> indices)
    {
        var entries = Vector512.LoadAligned(table);
        return new(Avx512Vbmi.PermuteVar64x8(entries, indices.A), Avx512Vbmi.PermuteVar64x8(entries, indices.B));
    }

    /// <summary>Looks up the low seven bits of each byte in 128 aligned bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> LookUp128(byte* table, TwoZmm<byte> indices)
    {
        var low = Vector512.LoadAligned(table);
        var high = Vector512.LoadAligned(table + 64);
        return new(
            Avx512Vbmi.PermuteVar64x8x2(low, indices.A, high),
            Avx512Vbmi.PermuteVar64x8x2(low, indices.B, high));
    }

    /// <summary>Looks up 256 aligned bytes; <paramref name="bit7"/> is bit 7 of the index, spread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> LookUp256(byte* table, TwoZmm<byte> index, TwoZmm<byte> bit7) =>
        Select(bit7, LookUp128(table + 128, index), LookUp128(table, index));

    /// <summary>Looks up 512 aligned bytes; the spread bits 7 and 8 of the index come apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> LookUp512(byte* table, TwoZmm<byte> index, TwoZmm<byte> bit7, TwoZmm<byte> bit8) =>
        Select(bit8, LookUp256(table + 256, index, bit7), LookUp256(table, index, bit7));

    /// <summary>
    /// <see cref="LookUp256(byte*, TwoZmm{byte}, TwoZmm{byte})"/> for two pairs of indices, with one load of the table.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TwoZmm<byte> First, TwoZmm<byte> Second) LookUp256(
        byte* table, TwoZmm<byte> first, TwoZmm<byte> firstBit7, TwoZmm<byte> second, TwoZmm<byte> secondBit7)
    {
        var (low0, low1) = LookUp128(table, first, second);
        var (high0, high1) = LookUp128(table + 128, first, second);
        return (Select(firstBit7, high0, low0), Select(secondBit7, high1, low1));
    }

    /// <summary><see cref="LookUp128(byte*, TwoZmm{byte})"/> for two pairs of indices, with one load of the table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TwoZmm<byte> First, TwoZmm<byte> Second) LookUp128(byte* table, TwoZmm<byte> first, TwoZmm<byte> second)
    {
        var low = Vector512.LoadAligned(table);
        var high = Vector512.LoadAligned(table + 64);
        return (
            new(Avx512Vbmi.PermuteVar64x8x2(low, first.A, high), Avx512Vbmi.PermuteVar64x8x2(low, first.B, high)),
            new(Avx512Vbmi.PermuteVar64x8x2(low, second.A, high), Avx512Vbmi.PermuteVar64x8x2(low, second.B, high)));
    }

    /// <summary>As <see cref="Zmm.Select"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> Select(TwoZmm<byte> mask, TwoZmm<byte> whenSet, TwoZmm<byte> whenClear) =>
        new(Zmm.Select(mask.A, whenSet.A, whenClear.A), Zmm.Select(mask.B, whenSet.B, whenClear.B));

    /// <summary>As <see cref="Zmm.Select"/>, with one mask for both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> Select(Vector512<byte> mask, TwoZmm<byte> whenSet, TwoZmm<byte> whenClear) =>
        new(Zmm.Select(mask, whenSet.A, whenClear.A), Zmm.Select(mask, whenSet.B, whenClear.B));

    /// <summary>Bytes of <paramref name="whenLess"/> where x is less than <paramref name="limit"/>, unsigned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> SelectLess(
        TwoZmm<byte> x, Vector512<byte> limit, TwoZmm<byte> whenLess, TwoZmm<byte> otherwise) => new(
            Vector512.ConditionalSelect(Vector512.LessThan(x.A, limit), whenLess.A, otherwise.A),
            Vector512.ConditionalSelect(Vector512.LessThan(x.B, limit), whenLess.B, otherwise.B));

    /// <summary>The smaller bytes, unsigned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> Min(TwoZmm<byte> x, TwoZmm<byte> y) => new(Avx512BW.Min(x.A, y.A), Avx512BW.Min(x.B, y.B));

    /// <summary>Words of <paramref name="whenNegative"/> where x is negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<short> SelectNegative(TwoZmm<short> x, Vector512<short> whenNegative, Vector512<short> otherwise) => new(
        Vector512.ConditionalSelect(Vector512.LessThan(x.A, Vector512<short>.Zero), whenNegative, otherwise),
        Vector512.ConditionalSelect(Vector512.LessThan(x.B, Vector512<short>.Zero), whenNegative, otherwise));

    /// <summary>x less <paramref name="what"/>, where the words of <paramref name="where"/> have a bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<short> SubtractWhereBit(TwoZmm<short> x, TwoZmm<short> where, short bit, Vector512<short> what) => new(
        Vector512.ConditionalSelect(~Vector512.Equals(where.A & Vector512.Create(bit), Vector512<short>.Zero), x.A - what, x.A),
        Vector512.ConditionalSelect(~Vector512.Equals(where.B & Vector512.Create(bit), Vector512<short>.Zero), x.B - what, x.B));

    /// <summary>All bits of a byte are bit <paramref name="bit"/> of the source byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> SpreadBit(TwoZmm<byte> source, int bit) => Affine(Vector512.Create((byte)(1 << bit)), source);

    /// <summary>
    /// Bits 2 <paramref name="index"/>, 2 <paramref name="index"/> + 1 of each byte: a matrix product over bits shifts and masks at
    /// once. (With <see cref="BitMatrix.Down"/>, which is inlined, Q2_K is 1 % slower.)
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> TwoBits(TwoZmm<byte> source, int index) => index == 0
        ? source & Vector512.Create((byte)3)
        : Affine(Vector512.Create(0x0102_0000_0000_0000ul << 2 * index).AsByte(), source);

    /// <summary>A matrix over GF(2) times each byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> Affine(Vector512<byte> matrix, TwoZmm<byte> source) => new(
        Gfni.V512.GaloisFieldAffineTransform(source.A, matrix, 0),
        Gfni.V512.GaloisFieldAffineTransform(source.B, matrix, 0));

    /// <summary>Bytes of each qword from the given bit offsets.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> MultiShift(byte* offsets, TwoZmm<ulong> source)
    {
        var control = Vector512.LoadAligned(offsets);
        return new(Avx512Vbmi.MultiShift(control, source.A), Avx512Vbmi.MultiShift(control, source.B));
    }

    /// <summary>Bytes shifted right, with what their word's other byte shifts in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> ShiftRight(TwoZmm<byte> source, int bits) =>
        new((source.A.AsUInt16() >>> bits).AsByte(), (source.B.AsUInt16() >>> bits).AsByte());

    /// <summary>(x and <paramref name="mask"/>) xor <paramref name="other"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> AndXor(TwoZmm<byte> x, Vector512<byte> mask, Vector512<byte> other) =>
        new(Avx512F.TernaryLogic(x.A, mask, other, 0x6A), Avx512F.TernaryLogic(x.B, mask, other, 0x6A));

    /// <summary>(x and <paramref name="mask"/>) or <paramref name="other"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<byte> AndOr(TwoZmm<byte> x, Vector512<byte> mask, TwoZmm<byte> other) =>
        new(Avx512F.TernaryLogic(x.A, mask, other.A, 0xEA), Avx512F.TernaryLogic(x.B, mask, other.B, 0xEA));

    /// <summary>(x and <paramref name="mask"/>) or <paramref name="other"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<short> AndOr(TwoZmm<short> x, Vector512<short> mask, Vector512<short> other) =>
        new(Avx512F.TernaryLogic(x.A, mask, other, 0xEA), Avx512F.TernaryLogic(x.B, mask, other, 0xEA));

    /// <summary>Sums of two products of adjacent bytes, unsigned with signed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<short> MultiplyAddAdjacent(Vector512<byte> left, TwoZmm<sbyte> right) =>
        new(Avx512BW.MultiplyAddAdjacent(left, right.A), Avx512BW.MultiplyAddAdjacent(left, right.B));

    /// <summary>Sums of two products of adjacent bytes, unsigned with signed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<short> MultiplyAddAdjacent(TwoZmm<byte> left, Vector512<sbyte> right) =>
        new(Avx512BW.MultiplyAddAdjacent(left.A, right), Avx512BW.MultiplyAddAdjacent(left.B, right));

    /// <summary>Sums of two products of adjacent words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoZmm<int> MultiplyAddAdjacent(TwoZmm<short> left, TwoZmm<short> right) =>
        new(Avx512BW.MultiplyAddAdjacent(left.A, right.A), Avx512BW.MultiplyAddAdjacent(left.B, right.B));
}
