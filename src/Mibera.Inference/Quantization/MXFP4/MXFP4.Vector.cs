using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct MXFP4 : IVectorFormat
{
    public static int Largest => 24;

    public static bool HasScales => false;

    public static bool HasOffsets => true;

    public static int Offset => 12;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink =>
        sink.Accept(0, TIsa.Lookup(Codebooks.Fp4Table, Unpacking.Nibbles(((Block*)block)->Quants)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ScaleBits(byte* block, int unit) => ((Block*)block)->Scale;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(Vector256<uint> bits) => SmallFloats.HalfOfE8M0(bits);
}
