using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q41 : IColumnFormat
{
    public static int Largest => 15;

    public static bool HasScales => false;

    /// <summary>The offset that files carry is added: the min is 1 and its scale the offset's negation.</summary>
    public static int Offset => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IColumnSink
    {
        TIsa.LoadTransposed(((Block*)block)->Quants, stride, out var c0, out var c1, out var c2, out var c3);
        sink.Accept(0, Unpacking.Bits(c0, 0, 15));
        sink.Accept(1, Unpacking.Bits(c1, 0, 15));
        sink.Accept(2, Unpacking.Bits(c2, 0, 15));
        sink.Accept(3, Unpacking.Bits(c3, 0, 15));
        sink.Accept(4, Unpacking.Bits(c0, 4, 15));
        sink.Accept(5, Unpacking.Bits(c1, 4, 15));
        sink.Accept(6, Unpacking.Bits(c2, 4, 15));
        sink.Accept(7, Unpacking.Bits(c3, 4, 15));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink =>
        sink.Accept(0, Unpacking.Nibbles(((Block*)block)->Quants));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit) => *(uint*)block;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MinScales(Vector256<uint> bits) => -HalfFloats.Widen(bits >>> 16);
}
