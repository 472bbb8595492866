using System.Runtime.CompilerServices;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ4NL : IVectorFormat
{
    public static WeightForm Form => WeightForm.Signed;

    public static int Largest => 127;

    public static bool HasScales => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink =>
        sink.Accept(0, TIsa.Lookup(Codebooks.Iq4NlTable, Unpacking.Nibbles(((Block*)block)->Quants)));
}
