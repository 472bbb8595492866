using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q40 : IColumnFormat
{
    public static int Largest => 15;

    public static bool HasScales => false;

    public static bool HasOffsets => true;

    public static int Offset => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IColumnSink =>
        NibbleColumns.Unpack<TIsa, TSink>(((Block*)block)->Quants, stride, ref sink);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink =>
        sink.Accept(0, Unpacking.Nibbles(((Block*)block)->Quants));
}
