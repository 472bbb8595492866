using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ4NL : IColumnFormat
{
    public static WeightForm Form => WeightForm.Signed;

    public static int Largest => 127;

    public static bool HasScales => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackColumns<TIsa, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IColumnSink
    {
        TIsa.LoadTransposed(((Block*)block)->Quants, stride, out var c0, out var c1, out var c2, out var c3);
        sink.Accept(0, TIsa.Lookup(Codebooks.Iq4NlTable, Unpacking.Bits(c0, 0, 15)));
        sink.Accept(1, TIsa.Lookup(Codebooks.Iq4NlTable, Unpacking.Bits(c1, 0, 15)));
        sink.Accept(2, TIsa.Lookup(Codebooks.Iq4NlTable, Unpacking.Bits(c2, 0, 15)));
        sink.Accept(3, TIsa.Lookup(Codebooks.Iq4NlTable, Unpacking.Bits(c3, 0, 15)));
        sink.Accept(4, TIsa.Lookup(Codebooks.Iq4NlTable, Unpacking.Bits(c0, 4, 15)));
        sink.Accept(5, TIsa.Lookup(Codebooks.Iq4NlTable, Unpacking.Bits(c1, 4, 15)));
        sink.Accept(6, TIsa.Lookup(Codebooks.Iq4NlTable, Unpacking.Bits(c2, 4, 15)));
        sink.Accept(7, TIsa.Lookup(Codebooks.Iq4NlTable, Unpacking.Bits(c3, 4, 15)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink =>
        sink.Accept(0, TIsa.Lookup(Codebooks.Iq4NlTable, Unpacking.Nibbles(((Block*)block)->Quants)));
}
