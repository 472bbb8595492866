using System.Text;

namespace Mibera.Inference;

/// <summary>What loading found, assumed and overruled. Immutable once a model is loaded.</summary>
public sealed class LoadReport
{
    private readonly List<LoadReportEntry> _entries = [];

    internal LoadReport()
    {
    }

    /// <summary>All entries in the order in which loading came to them.</summary>
    public IReadOnlyList<LoadReportEntry> Entries => _entries;

    /// <summary>The entries that a user should see even without asking: what was overruled, probed or is doubtful.</summary>
    public IEnumerable<LoadReportEntry> Notable => _entries.Where(e => e.Kind is not (LoadReportKind.Role or LoadReportKind.Value or LoadReportKind.Default));

    /// <summary>A table of one line per entry.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var entry in _entries)
            text.Append(entry).Append('\n');
        return text.ToString();
    }

    internal void Add(LoadReportKind kind, string subject, string text) => _entries.Add(new LoadReportEntry(kind, subject, text));
}
