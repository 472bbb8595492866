using System.Globalization;

namespace Mibera.Inference;

/// <summary>A number of bytes, read and written as people do: <c>6.5GB</c> is decimal, <c>6.5GiB</c> binary.</summary>
/// <param name="Bytes">Bytes.</param>
public readonly record struct ByteSize(long Bytes) : IComparable<ByteSize>
{
    private static readonly (string Suffix, long Factor)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("K", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000),
        ("B", 1), ("", 1),
    ];

    /// <summary>Reads a size: a number with a dot or none, and a unit: B, kB, MB, GB, TB (or K, M, G, T) decimal, KiB, MiB,
    /// GiB, TiB binary, none for bytes. Case does not matter.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is no size.</exception>
    public static ByteSize Parse(string text) => TryParse(text, out var size)
        ? size
        : throw new FormatException($"'{text}' is no size in bytes, such as 6.5GB, 6.5GiB or 6500000000.");

    /// <summary><see cref="Parse"/> without an exception.</summary>
    public static bool TryParse(string? text, out ByteSize size)
    {
        size = default;
        if (text is null)
            return false;
        var trimmed = text.AsSpan().Trim();
        foreach (var (suffix, factor) in Units)
        {
            if (trimmed.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                return TryScale(trimmed[..^suffix.Length].TrimEnd(), factor, out size);
        }
        return false;
    }

    /// <inheritdoc/>
    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>Decimal, to three digits: <c>6.5 GB</c>, <c>839 MB</c>.</summary>
    public override string ToString()
    {
        var magnitude = Math.Abs((decimal)Bytes);
        var (unit, factor) = magnitude switch
        {
            >= 999_500_000 => ("GB", 1e9m),
            >= 999_500 => ("MB", 1e6m),
            >= 1_000 => ("kB", 1e3m),
            _ => ("B", 1m),
        };
        var value = Bytes / factor;
        var format = Math.Abs(value) >= 100 || factor == 1 ? "F0" : Math.Abs(value) >= 10 ? "0.#" : "0.##";
        return $"{value.ToString(format, CultureInfo.InvariantCulture)} {unit}";
    }

    /// <summary>Whether <paramref name="left"/> is smaller.</summary>
    public static bool operator <(ByteSize left, ByteSize right) => left.Bytes < right.Bytes;

    /// <summary>Whether <paramref name="left"/> is larger.</summary>
    public static bool operator >(ByteSize left, ByteSize right) => left.Bytes > right.Bytes;

    /// <summary>Whether <paramref name="left"/> is smaller or equal.</summary>
    public static bool operator <=(ByteSize left, ByteSize right) => left.Bytes <= right.Bytes;

    /// <summary>Whether <paramref name="left"/> is larger or equal.</summary>
    public static bool operator >=(ByteSize left, ByteSize right) => left.Bytes >= right.Bytes;

    private static bool TryScale(ReadOnlySpan<char> number, long factor, out ByteSize size)
    {
        size = default;
        // Below 8 exbibytes the product with any unit stays far below decimal's limit of 7.9e28.
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value > long.MaxValue)
            return false;
        var bytes = value * factor;
        if (bytes > long.MaxValue)
            return false;
        size = new ByteSize((long)bytes);
        return true;
    }
}
