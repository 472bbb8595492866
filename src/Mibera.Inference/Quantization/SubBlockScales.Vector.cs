using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal static unsafe partial class SubBlockScales
{
    /// <summary>The same as sixteen words each, every scale and minimum twice. Reads the four bytes before them, too: both
    /// formats have their two f16 scales there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack<TIsa>(byte* packed, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa
    {
        // Bytes 0-3, 4-7, 8-11 of the drawing are dwords 1, 2, 3 here.
        var words = Vector128.Load(packed - 4).AsUInt32();
        // [scale 0-3, low bits of scale 4-7, min 0-3, low bits of min 4-7 one nibble too high]
        var low = Vector128.Shuffle(words, Vector128.Create(1u, 3, 2, 3));
        low = (low & Vector128.Create(0x3f3f3f3fu, 0x0f0f0f0f, 0x3f3f3f3f, 0)) | (low >>> 4 & Vector128.Create(0u, 0, 0, 0x0f0f0f0f));
        // [nothing, bits 4-5 of scale 4-7, nothing, bits 4-5 of min 4-7]
        var high = Vector128.Shuffle(words, Vector128.Create(1u, 1, 2, 2)) >>> 2 & Vector128.Create(0u, 0x30303030, 0, 0x30303030);
        var both = Unpacking.Both((low | high).AsByte());
        scales = Twice<TIsa>(both, 0);
        mins = Twice<TIsa>(both, 8);
    }

    /// <summary>Eight bytes from <paramref name="first"/> on as words, each twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Twice<TIsa>(Vector256<byte> bytes, byte first)
        where TIsa : struct, IIsa
    {
        var index = Vector256.Create(
            (byte)0, 0x80, 0, 0x80, 1, 0x80, 1, 0x80, 2, 0x80, 2, 0x80, 3, 0x80, 3, 0x80,
            4, 0x80, 4, 0x80, 5, 0x80, 5, 0x80, 6, 0x80, 6, 0x80, 7, 0x80, 7, 0x80);
        return TIsa.Lookup(bytes, index + Vector256.Create((short)first).AsByte()).AsInt16();
    }
}
