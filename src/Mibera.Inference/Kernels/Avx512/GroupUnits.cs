using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// The weights of sixteen rows in units of 16 columns, half-way to a panel: a lane of vector v of a pair of rows is columns 16 v to
/// 16 v + 15 of the low row, then 128 + 16 v on of it, then the same of the high row. The vectors v of the eight pairs lie side by side.
/// </summary>
internal static unsafe class GroupUnits
{
    /// <summary>Vectors of a pair.</summary>
    public const int Vectors = 8;

    /// <summary>Bytes from vector to vector of a pair.</summary>
    public const int Stride = 8 * 64;

    /// <summary>Stores two pairs, given as weight k of each group of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        TwoZmm<byte> w0, TwoZmm<byte> w1, TwoZmm<byte> w2, TwoZmm<byte> w3,
        TwoZmm<byte> w4, TwoZmm<byte> w5, TwoZmm<byte> w6, TwoZmm<byte> w7, byte* units)
    {
        Store(w0.A, w1.A, w2.A, w3.A, w4.A, w5.A, w6.A, w7.A, units);
        Store(w0.B, w1.B, w2.B, w3.B, w4.B, w5.B, w6.B, w7.B, units + 64);
    }

    /// <summary>From a weight of sixteen groups in every lane to two whole groups.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector512<byte> w0, Vector512<byte> w1, Vector512<byte> w2, Vector512<byte> w3,
        Vector512<byte> w4, Vector512<byte> w5, Vector512<byte> w6, Vector512<byte> w7, byte* units)
    {
        StoreHalf(
            Avx512BW.UnpackLow(w0, w1), Avx512BW.UnpackLow(w2, w3), Avx512BW.UnpackLow(w4, w5), Avx512BW.UnpackLow(w6, w7), units);
        StoreHalf(
            Avx512BW.UnpackHigh(w0, w1), Avx512BW.UnpackHigh(w2, w3), Avx512BW.UnpackHigh(w4, w5), Avx512BW.UnpackHigh(w6, w7),
            units + 4 * Stride);
    }

    /// <summary>Two weights of eight groups in every lane of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreHalf(Vector512<byte> w01, Vector512<byte> w23, Vector512<byte> w45, Vector512<byte> w67, byte* units)
    {
        StoreQuarter(
            Avx512BW.UnpackLow(w01.AsInt16(), w23.AsInt16()), Avx512BW.UnpackLow(w45.AsInt16(), w67.AsInt16()), units);
        StoreQuarter(
            Avx512BW.UnpackHigh(w01.AsInt16(), w23.AsInt16()), Avx512BW.UnpackHigh(w45.AsInt16(), w67.AsInt16()), units + 2 * Stride);
    }

    /// <summary>Four weights of four groups in every lane of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreQuarter(Vector512<short> low, Vector512<short> high, byte* units)
    {
        Avx512F.UnpackLow(low.AsInt32(), high.AsInt32()).StoreAligned((int*)units);
        Avx512F.UnpackHigh(low.AsInt32(), high.AsInt32()).StoreAligned((int*)(units + Stride));
    }
}
