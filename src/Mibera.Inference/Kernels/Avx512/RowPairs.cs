using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>Eight rows as four pairs: rows r and r + 4 share a vector.</summary>
internal readonly unsafe struct RowPairs<TPair> : ISuperBlockCell
    where TPair : struct, IRowPair
{
    public static int BlockBytes => TPair.BlockBytes;

    public static SuperBlockLayout Layout => TPair.Layout;

    public static int PackedBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TPair.PackedBytes;
    }

    public static byte* Constants => TPair.Constants;

    public static bool HasMins => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint RawScales(byte* block) => TPair.HalfScale(block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Scales(Vector512<uint> raw) => Zmm.HalfToSingle(raw, TPair.ScaleUnit);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MinScales(Vector512<uint> raw) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Finish(Vector512<int> sums) => TPair.Finish(sums);

    public static int CodeBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TPair.CodeBytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack(byte* constants, byte* block, nint stride, byte* codes)
    {
        for (var k = 0; k < 2; k++)
        {
            TPair.Unpack(constants, block, block + 4 * stride, stride, codes);
            block += 2 * stride;
            codes += TPair.CodeBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> EightRows(
        byte* constants, byte* block, nint stride, byte* activations, ReadAhead ahead, out Vector512<int> minimums)
    {
        minimums = default;
        var (earlier, sums) = (Vector512<int>.Zero, Vector512<int>.Zero);
        // A loop rather than a sequence: the bodies are long, and inlining both would exceed the compiler's budget.
        for (var k = 0; k < 2; k++)
        {
            earlier = sums;
            var part = ahead.Half(k);
            part.FetchPart(0, 2);
            var products = TPair.Multiply(constants, block, block + 4 * stride, stride, activations);
            sums = Avx512F.UnpackLow(products.A, products.B) + Avx512F.UnpackHigh(products.A, products.B);
            part.FetchPart(1, 2);
            block += CodeBytes == 0 ? 2 * stride : TPair.CodeBytes;
        }
        return Avx512F.UnpackLow(earlier.AsUInt64(), sums.AsUInt64()).AsInt32()
            + Avx512F.UnpackHigh(earlier.AsUInt64(), sums.AsUInt64()).AsInt32();
    }
}
