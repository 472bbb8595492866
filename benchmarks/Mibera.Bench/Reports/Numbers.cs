using System.Globalization;
using Mibera.Bench.Measuring;

namespace Mibera.Bench.Reports;

/// <summary>Numbers as reports show them, the same in every culture.</summary>
internal static class Numbers
{
    /// <summary>Three significant digits, or all before the point.</summary>
    public static string Rate(double value) =>
        value.ToString(Math.Abs(value) < 10 ? "0.00" : Math.Abs(value) < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);

    /// <summary>Mean and standard deviation; a dash without measurements.</summary>
    public static string Spread(Samples samples) => samples.Count switch
    {
        0 => "-",
        1 => Rate(samples.Mean),
        _ => $"{Rate(samples.Mean)} ± {samples.StandardDeviation.ToString("0.00", CultureInfo.InvariantCulture)}",
    };

    /// <summary>The median, and the best value in brackets.</summary>
    public static string MedianAndBest(Samples samples) => $"{Rate(samples.Median)} ({Rate(samples.Best)})";

    /// <summary>The best value, and the worst in brackets.</summary>
    public static string BestAndWorst(Samples samples) => $"{Rate(samples.Best)} ({Rate(samples.Worst)})";

    public static string Gibibytes(long bytes) => (bytes / (double)(1L << 30)).ToString("0.00", CultureInfo.InvariantCulture);

    public static string Share(double? share) => share is { } value ? (value * 100).ToString("0", CultureInfo.InvariantCulture) + " %" : "-";

    /// <summary>A number for machines to read; nothing where there is none.</summary>
    public static string Raw(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
