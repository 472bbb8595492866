using System.Numerics;

namespace Mibera.Inference.Chat.Templates.Values;

/// <summary>Which elements a slice takes: <paramref name="Count"/> of them, beginning at <paramref name="Start"/>.</summary>
internal readonly record struct SliceRange(int Start, int Count, int Step)
{
    /// <summary>Python's rule for <c>[start:stop:step]</c> over <paramref name="length"/> elements; the step is not 0.</summary>
    public static SliceRange Resolve(int length, BigInteger? start, BigInteger? stop, BigInteger step)
    {
        // A step beyond the length takes one element whatever its size; clamping keeps the arithmetic in range.
        int stride = (int)BigInteger.Clamp(step, -(length + 1L), length + 1L);
        int lowest = stride < 0 ? -1 : 0, highest = stride < 0 ? length - 1 : length;
        int first = Clamp(start, length, lowest, highest) ?? (stride < 0 ? highest : lowest);
        int end = Clamp(stop, length, lowest, highest) ?? (stride < 0 ? lowest : highest);
        long span = stride < 0 ? first - (long)end : end - (long)first;
        int count = span <= 0 ? 0 : (int)(((span - 1) / Math.Abs((long)stride)) + 1);
        return new SliceRange(count == 0 ? 0 : first, count, stride);
    }

    private static int? Clamp(BigInteger? index, int length, int lowest, int highest)
    {
        if (index is not { } value) return null;
        if (value.Sign < 0) value += length;
        return (int)BigInteger.Clamp(value, lowest, highest);
    }
}
