using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

internal static unsafe partial class SubBlockScales
{
    /// <summary>The same of two rows, one in each lane: see <see cref="IVectorFormat.SubBlocksOfRowPair"/>. Reads the four bytes
    /// before them, too: both formats have their two f16 scales there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void UnpackRowPair<TIsa>(
        byte* packed0, byte* packed1, out Vector256<short> first, out Vector256<short> last, out Vector256<short> mins)
        where TIsa : struct, IIsa
    {
        // Bytes 0-3, 4-7, 8-11 of the drawing are bytes 4 to 15 of a lane.
        var packed = Vector256.Create(Vector128.Load(packed0 - 4), Vector128.Load(packed1 - 4));
        // [scale 0-3, low bits of scale 4-7, min 0-3, low bits of min 4-7 one nibble too high]
        var low = Dwords<TIsa>(packed, 4, 12, 8, 12);
        low = (low & InBothLanes(0x3f3f3f3f, 0x0f0f0f0f, 0x3f3f3f3f, 0)) | (low >>> 4 & InBothLanes(0, 0, 0, 0x0f0f0f0f));
        // [nothing, bits 4-5 of scale 4-7, nothing, bits 4-5 of min 4-7]
        var high = Dwords<TIsa>(packed, 4, 4, 8, 8) >>> 2 & InBothLanes(0, 0x30303030, 0, 0x30303030);
        var bytes = (low | high).AsByte();
        var twice = Vector128.Create((byte)0, 0x80, 0, 0x80, 1, 0x80, 1, 0x80, 2, 0x80, 2, 0x80, 3, 0x80, 3, 0x80);
        first = TIsa.Lookup(bytes, Unpacking.Both(twice)).AsInt16();
        last = TIsa.Lookup(bytes, Unpacking.Both(twice + Vector128.Create((short)4).AsByte())).AsInt16();
        var once = Vector128.Create((byte)8, 0x80, 9, 0x80, 10, 0x80, 11, 0x80, 12, 0x80, 13, 0x80, 14, 0x80, 15, 0x80);
        mins = TIsa.Lookup(bytes, Unpacking.Both(once)).AsInt16();
    }

    /// <summary>The four dwords of each lane that begin at the given bytes of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Dwords<TIsa>(Vector256<byte> lanes, uint a, uint b, uint c, uint d)
        where TIsa : struct, IIsa
    {
        var index = Vector128.Create(a, b, c, d) * 0x01010101u + Vector128.Create(0x03020100u);
        return TIsa.Lookup(lanes, Unpacking.Both(index.AsByte())).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> InBothLanes(uint a, uint b, uint c, uint d)
    {
        var lane = Vector128.Create(a, b, c, d);
        return Vector256.Create(lane, lane);
    }
}
