using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal readonly unsafe partial struct IQ4XS : IVectorFormat
{
    public static WeightForm Form => WeightForm.Signed;

    public static int Largest => 127;

    public static int ScaleSpan => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink
    {
        var quants = ((Block*)block)->Quants + 64 * step;
        sink.Accept(4 * step, TIsa.Lookup(Codebooks.Iq4NlTable, Unpacking.Nibbles(quants)));
        sink.Accept(4 * step + 1, TIsa.Lookup(Codebooks.Iq4NlTable, Unpacking.Nibbles(quants + 16)));
        sink.Accept(4 * step + 2, TIsa.Lookup(Codebooks.Iq4NlTable, Unpacking.Nibbles(quants + 32)));
        sink.Accept(4 * step + 3, TIsa.Lookup(Codebooks.Iq4NlTable, Unpacking.Nibbles(quants + 48)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SubBlocks<TIsa>(byte* block, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa
    {
        var b = (Block*)block;
        // Words in pairs: byte k of the low bits holds two scales and thus serves four words; the first two of them move up
        // by four, so that bits 4-7 hold what each takes.
        var spread = Vector256.Create(
            (byte)0, 0x80, 0, 0x80, 0, 0x80, 0, 0x80, 1, 0x80, 1, 0x80, 1, 0x80, 1, 0x80,
            2, 0x80, 2, 0x80, 2, 0x80, 2, 0x80, 3, 0x80, 3, 0x80, 3, 0x80, 3, 0x80);
        var low = TIsa.Lookup(Vector256.Create(*(uint*)b->ScalesLow).AsByte(), spread).AsInt16()
            * Vector256.Create(16, 16, 1, 1, 16, 16, 1, 1, 16, 16, 1, 1, 16, 16, 1, 1);
        // Two bits at 2k: moved up by 14 - 2k to the top, where the logical shift leaves them at bits 4-5.
        var high = Vector256.Create(b->ScalesHigh)
            * Vector256.Create((ushort)(1 << 14), 1 << 14, 1 << 12, 1 << 12, 1 << 10, 1 << 10, 1 << 8, 1 << 8,
                1 << 6, 1 << 6, 1 << 4, 1 << 4, 1 << 2, 1 << 2, 1, 1);
        var bits = (low >>> 4 & Vector256.Create((short)0x0f)) | (high >>> 10 & Vector256.Create((ushort)0x30)).AsInt16();
        scales = bits - Vector256.Create((short)32);
        mins = Vector256<short>.Zero;
    }
}
