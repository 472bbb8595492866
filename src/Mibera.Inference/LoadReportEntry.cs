namespace Mibera.Inference;

/// <summary>One finding of loading.</summary>
/// <param name="Kind">What sort of finding it is.</param>
/// <param name="Subject">The tensor, role or metadata key.</param>
/// <param name="Text">What was found, and what follows from it.</param>
public sealed record LoadReportEntry(LoadReportKind Kind, string Subject, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{KindName,-9} {Subject,-34} {Text}";

    private string KindName => Kind switch
    {
        LoadReportKind.Role => "role",
        LoadReportKind.Value => "value",
        LoadReportKind.Default => "default",
        LoadReportKind.Overruled => "overruled",
        LoadReportKind.Profile => "profile",
        LoadReportKind.Probe => "probe",
        LoadReportKind.Option => "option",
        _ => "warning",
    };
}
