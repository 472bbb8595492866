namespace Mibera.Bench.Reports;

/// <summary>A table for people: texts that are ready to be shown. The first columns are names, the others numbers.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Headers">One for each column; may be of several lines.</param>
/// <param name="NameColumns">How many columns are names.</param>
/// <param name="Rows">As many texts each as there are headers.</param>
/// <param name="Notes">Lines to be read before the table.</param>
internal sealed record ReportTable(
    string Title, IReadOnlyList<string> Headers, int NameColumns, IReadOnlyList<IReadOnlyList<string>> Rows, IReadOnlyList<string> Notes);
