using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ4NL : IColumnFormat
{
    public static WeightForm Form => WeightForm.Signed;

    public static int Largest => 127;

    public static bool HasScales => false;

    public static bool UnpacksColumns => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TVector, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector>
    {
        TIsa.LoadTransposed(((Block*)block)->Quants, stride, out var c0, out var c1, out var c2, out var c3);
        sink.Accept(0, TIsa.LookUp(Codebooks.Iq4NlTable, TIsa.Bits(c0, 0, 15)));
        sink.Accept(1, TIsa.LookUp(Codebooks.Iq4NlTable, TIsa.Bits(c1, 0, 15)));
        sink.Accept(2, TIsa.LookUp(Codebooks.Iq4NlTable, TIsa.Bits(c2, 0, 15)));
        sink.Accept(3, TIsa.LookUp(Codebooks.Iq4NlTable, TIsa.Bits(c3, 0, 15)));
        sink.Accept(4, TIsa.LookUp(Codebooks.Iq4NlTable, TIsa.Bits(c0, 4, 15)));
        sink.Accept(5, TIsa.LookUp(Codebooks.Iq4NlTable, TIsa.Bits(c1, 4, 15)));
        sink.Accept(6, TIsa.LookUp(Codebooks.Iq4NlTable, TIsa.Bits(c2, 4, 15)));
        sink.Accept(7, TIsa.LookUp(Codebooks.Iq4NlTable, TIsa.Bits(c3, 4, 15)));
    }
}
