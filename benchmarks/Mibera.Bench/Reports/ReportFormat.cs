namespace Mibera.Bench.Reports;

/// <summary>How results are printed.</summary>
internal enum ReportFormat
{
    Table,
    Md,
    Csv,
    Json,
}
