using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Mibera.Inference.Tokenization;

/// <summary>
/// The hash of the vocabulary's tables: one multiplication to 128 bits per eight bytes, both halves folded together.
/// The seed differs in every process, so that no file can be made whose tokens all collide; it decides where in a table
/// an entry lies and nothing else, so results do not depend on it.
/// </summary>
internal static class ByteHash
{
    // The digits of pi, as good as any odd number without a pattern.
    private const ulong Multiplier = 0x243F6A8885A308D3;

    private static readonly ulong Seed = ((ulong)(uint)HashCode.Combine(1) << 32) | (uint)HashCode.Combine(2);

    /// <summary>Hash of a run of bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = Seed + (ulong)bytes.Length;
        while (bytes.Length > sizeof(ulong))
        {
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        return Fold(hash ^ Tail(bytes));
    }

    /// <summary>Hash of a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ulong value) => Fold(Seed ^ value);

    // Up to eight bytes as one number; lengths differ in the seed, so overlapping halves lose nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Tail(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= sizeof(uint))
            return BinaryPrimitives.ReadUInt32LittleEndian(bytes)
                | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[^sizeof(uint)..]) << 32);
        ulong tail = 0;
        foreach (var b in bytes) tail = (tail << 8) | b;
        return tail;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong value)
    {
        var high = Math.BigMul(value, Multiplier, out var low);
        return high ^ low;
    }
}
