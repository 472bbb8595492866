using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mibera.Inference.Kernels.Planes;

/// <summary>
/// 32 look-ups among 256 bytes in registers: vpshufb looks four bits of an index up, four layers of vpblendvb choose among its
/// sixteen results by the others. Zen 3 does two of either in a cycle, and three of both together; two such tables replace 32
/// loads with their insertions.
/// </summary>
internal readonly unsafe ref struct ByteTable
{
    /// <summary>Bytes of a table.</summary>
    public const int Bytes = 256;

    private readonly Vector256<byte> _low;
    private readonly Vector256<byte> _bit4;
    private readonly Vector256<byte> _bit5;
    private readonly Vector256<byte> _bit6;
    private readonly Vector256<byte> _bit7;

    /// <summary>Prepares the look-ups of <paramref name="index"/>, which several tables share.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteTable(Vector256<byte> index)
    {
        _low = index & Vector256.Create((byte)15);
        // vpblendvb chooses by bit 7 of each byte.
        _bit7 = index;
        _bit6 = index + index;
        _bit5 = _bit6 + _bit6;
        _bit4 = _bit5 + _bit5;
    }

    /// <summary>Byte i of the result is byte index[i] of the table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<byte> LookUp(byte* table) =>
        Avx2.BlendVariable(Eight(table), Eight(table + 128), _bit7);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<byte> Eight(byte* table) => Avx2.BlendVariable(Four(table), Four(table + 64), _bit6);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<byte> Four(byte* table) => Avx2.BlendVariable(Two(table), Two(table + 32), _bit5);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<byte> Two(byte* table) => Avx2.BlendVariable(One(table), One(table + 16), _bit4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<byte> One(byte* table) => Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(table), _low);
}
