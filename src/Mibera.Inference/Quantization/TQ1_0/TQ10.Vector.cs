using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct TQ10 : IVectorFormat
{
    public static int Largest => 2;

    public static bool HasScales => false;

    public static bool HasOffsets => true;

    public static int Offset => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var b = (Block*)block;
        var digits = Vector256.Load(b->Quants);
        if (step == 0)
        {
            sink.Accept(0, TopDigit(digits));
            sink.Accept(1, TopDigit(digits = Times3(digits)));
            sink.Accept(2, TopDigit(digits = Times3(digits)));
            sink.Accept(3, TopDigit(Times3(digits)));
            return;
        }
        sink.Accept(4, TopDigit(Times3(Times3(Times3(Times3(digits))))));
        // The other 16 bytes: two digits at a time, the second one in the upper lane; the fifth beside the tail.
        var even = Vector128.Load(b->Quants + 32);
        digits = Vector256.Create(even, even + even + even);
        sink.Accept(5, TopDigit(digits));
        digits = Times3(Times3(digits));
        sink.Accept(6, TopDigit(digits));
        var fifth = Times3(Times3(digits)).GetLower();
        sink.Accept(7, TopDigit(Vector256.Create(fifth, Tail(*(uint*)b->Tail).AsByte())));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit) => *(ushort*)&((Block*)block)->Scale;

    /// <summary>The four bytes of the tail times 1, 3, 9 and 27.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Tail(uint tail)
    {
        var one = Vector128.Create(tail).AsByte();
        var three = one + one + one;
        var odd = Vector128.ConditionalSelect(Vector128.Create(0u, uint.MaxValue, 0, uint.MaxValue).AsByte(), three, one);
        var nine = odd + odd + odd;
        nine = nine + nine + nine;
        return Vector128.ConditionalSelect(Vector128.Create(0u, 0, uint.MaxValue, uint.MaxValue).AsByte(), nine, odd).AsUInt32();
    }

    /// <summary>Modulo 256 in every byte: the next digit comes to the top.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Times3(Vector256<byte> v) => v + v + v;

    /// <summary>(3 v) >> 8: 0 up to 85, 1 up to 170, 2 above. Comparisons of signed bytes, which every set has, so the order
    /// is turned into theirs first; true is -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> TopDigit(Vector256<byte> v)
    {
        var signed = (v ^ Vector256.Create((byte)0x80)).AsSByte();
        var above = Vector256.GreaterThan(signed, Vector256.Create((sbyte)(85 - 128)))
            + Vector256.GreaterThan(signed, Vector256.Create((sbyte)(170 - 128)));
        return (-above).AsByte();
    }
}
