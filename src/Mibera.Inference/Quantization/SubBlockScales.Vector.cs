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
        scales = Twice<TIsa>(both, 0, 4);
        mins = Twice<TIsa>(both, 8, 12);
    }

    /// <summary>The same of two rows, one in each lane, minimums once: see <see cref="IVectorFormat.SubBlocksOfTwo"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackTwo<TIsa>(
        byte* packed0, byte* packed1, out Vector256<short> first, out Vector256<short> last, out Vector256<short> mins)
        where TIsa : struct, IIsa
    {
        var words = Vector256.Create(Vector128.Load(packed0 - 4), Vector128.Load(packed1 - 4));
        // As above, by looking bytes up, since dwords are not shuffled within lanes by portable vectors.
        var low = TIsa.Lookup(words, Unpacking.Both(Dwords(4, 12, 8, 12))).AsUInt32();
        low = (low & Vector256.Create(Vector128.Create(0x3f3f3f3fu, 0x0f0f0f0f, 0x3f3f3f3f, 0)))
            | (low >>> 4 & Vector256.Create(Vector128.Create(0u, 0, 0, 0x0f0f0f0f)));
        var high = TIsa.Lookup(words, Unpacking.Both(Dwords(4, 4, 8, 8))).AsUInt32() >>> 2
            & Vector256.Create(Vector128.Create(0u, 0x30303030, 0, 0x30303030));
        var bytes = (low | high).AsByte();
        first = Twice<TIsa>(bytes, 0, 0);
        last = Twice<TIsa>(bytes, 4, 4);
        mins = TIsa.Lookup(bytes, Unpacking.Both(Vector128.Create(
            (byte)8, 0x80, 9, 0x80, 10, 0x80, 11, 0x80, 12, 0x80, 13, 0x80, 14, 0x80, 15, 0x80))).AsInt16();
    }

    /// <summary>Where the bytes of four dwords are that begin at the given bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Dwords(uint a, uint b, uint c, uint d) =>
        (Vector128.Create(a, b, c, d) * 0x01010101u + Vector128.Create(0x03020100u)).AsByte();

    /// <summary>Four bytes of each lane as words, each twice: from byte <paramref name="lower"/> of the lower lane on, from
    /// byte <paramref name="upper"/> of the upper lane on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Twice<TIsa>(Vector256<byte> bytes, byte lower, byte upper)
        where TIsa : struct, IIsa
    {
        var index = Vector128.Create((byte)0, 0x80, 0, 0x80, 1, 0x80, 1, 0x80, 2, 0x80, 2, 0x80, 3, 0x80, 3, 0x80);
        var first = Vector256.Create(Vector128.Create((short)lower).AsByte(), Vector128.Create((short)upper).AsByte());
        return TIsa.Lookup(bytes, Unpacking.Both(index) + first).AsInt16();
    }
}
