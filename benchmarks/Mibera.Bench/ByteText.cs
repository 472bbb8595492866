using System.Globalization;

namespace Mibera.Bench;

/// <summary>Sizes for people, in binary units.</summary>
internal static class ByteText
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static string Of(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        for (; Math.Abs(value) >= 1024 && unit < Units.Length - 1; unit++) value /= 1024;
        return value.ToString(unit == 0 ? "0" : "0.00", CultureInfo.InvariantCulture) + " " + Units[unit];
    }
}
