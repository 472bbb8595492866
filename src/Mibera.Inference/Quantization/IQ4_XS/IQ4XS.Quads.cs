using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ4XS
{
    public static bool UnpacksQuads => true;

    /// <summary>From two bits in bits 0-1 or 2-3 to bits 4-5, in both lanes.</summary>
    private static Vector256<byte> HighBits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(
            (byte)0, 16, 32, 48, 16, 0, 0, 0, 32, 0, 0, 0, 48, 0, 0, 0,
            0, 16, 32, 48, 16, 0, 0, 0, 32, 0, 0, 0, 48, 0, 0, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackQuads<TIsa, TVector, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        SubBlocks<TIsa, TVector, TSink>(blocks, stride, ref sink);
        var quants = ((Block*)blocks)->Quants;
        for (var sixteen = 0; sixteen < 16; sixteen += 2, quants += 16)
            Weights<TIsa, TVector, TSink>(sixteen, quants, stride, ref sink);
    }

    // Apart, since the compiler's inliner has a limit.

    /// <summary>Scales: the low four bits are nibbles of dword 1, the high two are in the upper half of dword 0.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SubBlocks<TIsa, TVector, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var highBits = TIsa.Table(HighBits);
        var header = Quads<TIsa, TVector>.Load(blocks, stride);
        var (low, high) = (TIsa.Nibbles(header.Q1, last: false), TIsa.Lookup(highBits, TIsa.Fields(header.Q0, 2)));
        sink.Scales(0, TIsa.Subtract(TIsa.Or(low, high), 32));
        (low, high) = (TIsa.Nibbles(header.Q1, last: true), TIsa.Lookup(highBits, TIsa.Fields(header.Q0, 3)));
        sink.Scales(1, TIsa.Subtract(TIsa.Or(low, high), 32));
    }

    /// <summary>Both halves of a chunk.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Weights<TIsa, TVector, TSink>(int sixteen, byte* quants, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector>
    {
        var levels = TIsa.Table(Codebooks.Iq4NlTable);
        var run = Quads<TIsa, TVector>.Load(quants, stride);
        sink.Weights(sixteen, run.Bits(0, 15).LookUpIn(levels));
        sink.Weights(sixteen + 1, run.Bits(4, 15).LookUpIn(levels));
    }
}
