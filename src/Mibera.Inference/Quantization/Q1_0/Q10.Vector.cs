using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct Q10 : IColumnFormat
{
    public static int Largest => 2;

    public static int ChunksInBlock => 4;

    public static bool HasScales => false;

    public static bool HasOffsets => true;

    public static int Offset => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TVector, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector>
    {
        var bits = TIsa.LoadDwords(((Block*)block)->Signs + 4 * step, stride);
        sink.Accept(0, TIsa.BitsOfQuad(bits, 0, 2));
        sink.Accept(1, TIsa.BitsOfQuad(bits, 1, 2));
        sink.Accept(2, TIsa.BitsOfQuad(bits, 2, 2));
        sink.Accept(3, TIsa.BitsOfQuad(bits, 3, 2));
        sink.Accept(4, TIsa.BitsOfQuad(bits, 4, 2));
        sink.Accept(5, TIsa.BitsOfQuad(bits, 5, 2));
        sink.Accept(6, TIsa.BitsOfQuad(bits, 6, 2));
        sink.Accept(7, TIsa.BitsOfQuad(bits, 7, 2));
    }
}
