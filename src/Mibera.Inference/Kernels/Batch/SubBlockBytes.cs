using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>From four bytes in every dword, which concern four consecutive sub-blocks of a row, to what multiplies sums.</summary>
internal static class SubBlockBytes<TUnpack>
    where TUnpack : struct, IIsa
{
    /// <summary>Byte <paramref name="index"/> (a constant), signed: as a word twice, or as int32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Scale(Vector256<byte> bytes, int index, bool words)
    {
        if (!words)
            return (bytes.AsInt32() << (24 - 8 * index) >> 24).AsByte();
        // The byte to the top of both words, and down again.
        var top = index switch
        {
            0 => Vector128.Create(0x00800080u, 0x04800480, 0x08800880, 0x0c800c80).AsByte(),
            1 => Vector128.Create(0x01800180u, 0x05800580, 0x09800980, 0x0d800d80).AsByte(),
            2 => Vector128.Create(0x02800280u, 0x06800680, 0x0a800a80, 0x0e800e80).AsByte(),
            _ => Vector128.Create(0x03800380u, 0x07800780, 0x0b800b80, 0x0f800f80).AsByte(),
        };
        return (TUnpack.Lookup(bytes, Vector256.Create(top, top)).AsInt16() >> 8).AsByte();
    }

    /// <summary>Bytes 0 and 1, or 2 and 3, signed, as two words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Pair(Vector256<byte> bytes, bool last)
    {
        var top = last
            ? Vector128.Create(0x03800280u, 0x07800680, 0x0b800a80, 0x0f800e80).AsByte()
            : Vector128.Create(0x01800080u, 0x05800480, 0x09800880, 0x0d800c80).AsByte();
        return (TUnpack.Lookup(bytes, Vector256.Create(top, top)).AsInt16() >> 8).AsByte();
    }
}
