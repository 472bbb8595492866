using System.Globalization;
using Mibera.Inference.Chat.Templates.Rendering;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>C's <c>strftime</c> in the C locale, as Python's <c>datetime.strftime</c> has it for a time without a zone.</summary>
internal static class TimeFormat
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>A letter that is none of strftime's stays as it is, its percent sign included.</summary>
    public static string Apply(string format, DateTime time, RenderContext context)
    {
        var result = new BoundedText(context);
        for (int at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 == format.Length)
            {
                result.Append(format[at]);
                continue;
            }

            // glibc's %-d: without leading zeros.
            bool isBare = format[at + 1] == '-' && at + 2 < format.Length;
            at += isBare ? 2 : 1;
            string? field = Field(format[at], time);
            if (field is null) result.Append(isBare ? "%-" : "%").Append(format[at]);
            else result.Append(isBare ? Bare(field) : field);
        }

        return result.ToString();
    }

    private static string Bare(string field) => field.TrimStart('0', ' ') is { Length: > 0 } rest ? rest : field.Length > 0 ? "0" : "";

    private static string? Field(char letter, DateTime time) => letter switch
    {
        'a' => time.ToString("ddd", Invariant),
        'A' => time.ToString("dddd", Invariant),
        'b' or 'h' => time.ToString("MMM", Invariant),
        'B' => time.ToString("MMMM", Invariant),
        'c' => time.ToString("ddd MMM ", Invariant) + Spaced(time.Day) + time.ToString(" HH:mm:ss yyyy", Invariant),
        'C' => (time.Year / 100).ToString("00", Invariant),
        'd' => time.ToString("dd", Invariant),
        'D' or 'x' => time.ToString("MM'/'dd'/'yy", Invariant),
        'e' => Spaced(time.Day),
        'f' => time.ToString("ffffff", Invariant),
        'F' => time.ToString("yyyy'-'MM'-'dd", Invariant),
        'G' => ISOWeek.GetYear(time).ToString("0000", Invariant),
        'H' => time.ToString("HH", Invariant),
        'I' => time.ToString("hh", Invariant),
        'j' => time.DayOfYear.ToString("000", Invariant),
        'k' => Spaced(time.Hour),
        'l' => Spaced(time.Hour % 12 == 0 ? 12 : time.Hour % 12),
        'm' => time.ToString("MM", Invariant),
        'M' => time.ToString("mm", Invariant),
        'n' => "\n",
        'p' => time.Hour < 12 ? "AM" : "PM",
        'P' => time.Hour < 12 ? "am" : "pm",
        'r' => time.ToString("hh':'mm':'ss ", Invariant) + (time.Hour < 12 ? "AM" : "PM"),
        'R' => time.ToString("HH':'mm", Invariant),
        'S' => time.ToString("ss", Invariant),
        't' => "\t",
        'T' or 'X' => time.ToString("HH':'mm':'ss", Invariant),
        'u' => (time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek).ToString(Invariant),
        'U' => WeekFrom(DayOfWeek.Sunday, time),
        'V' => ISOWeek.GetWeekOfYear(time).ToString("00", Invariant),
        'w' => ((int)time.DayOfWeek).ToString(Invariant),
        'W' => WeekFrom(DayOfWeek.Monday, time),
        'y' => time.ToString("yy", Invariant),
        'Y' => time.Year.ToString(Invariant),
        'z' or 'Z' => "",
        '%' => "%",
        _ => null,
    };

    private static string Spaced(int number) => number.ToString(Invariant).PadLeft(2);

    /// <summary>Week of the year when weeks begin on <paramref name="firstDay"/>; days before the first one are week 0.</summary>
    private static string WeekFrom(DayOfWeek firstDay, DateTime time)
    {
        int daysIntoWeek = ((int)time.DayOfWeek - (int)firstDay + 7) % 7;
        return ((time.DayOfYear + 6 - daysIntoWeek) / 7).ToString("00", Invariant);
    }
}
