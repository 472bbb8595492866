using System.Globalization;

namespace Mibera.Inference.Models;

/// <summary>
/// All that is wrong with a file's tensors, for one error of one line. A few are named one by one; many of the same kind in
/// many layers are drawn together, as <c>blk.{0-39}.attn_norm.weight is missing</c>.
/// </summary>
internal sealed class BindingProblems(string file)
{
    private const int ListedSingly = 40;
    private const int MaxListed = 80;

    // More than all tensors of a published model: a file that has so many was never one, and is not read to its end.
    private const int Enough = 1000;

    private readonly OrderedDictionary<(string Name, string Problem), bool> _all = [];

    public void Add(string tensor, string problem)
    {
        if (_all.TryAdd((tensor, problem), true) && _all.Count == Enough)
            ThrowIfAny();
    }

    public void Missing(string tensor) => Add(tensor, "is missing");

    /// <exception cref="UnsupportedModelException">Something is missing or wrong.</exception>
    public void ThrowIfAny()
    {
        if (_all.Count == 0)
            return;
        var lines = (_all.Count <= ListedSingly ? _all.Keys.Select(p => $"{p.Name} {p.Problem}") : Grouped()).ToArray();
        var more = lines.Length > MaxListed ? $"; and {lines.Length - MaxListed} more" : "";
        throw new UnsupportedModelException($"{file}: its tensors make no model of the Phi family: {string.Join("; ", lines.Take(MaxListed))}{more}", file);
    }

    private IEnumerable<string> Grouped() => _all.Keys
        .Select(p => (Split: Split(p.Name), p.Problem))
        .GroupBy(p => (p.Split.Role, p.Problem, IsLayer: p.Split.Layer is not null))
        .Select(g => g.Key.IsLayer ? $"blk.{Ranges([.. g.Select(p => p.Split.Layer!.Value)])}.{g.Key.Role} {g.Key.Problem}" : $"{g.Key.Role} {g.Key.Problem}");

    /// <summary>blk.12.attn_norm.weight -> 12, attn_norm.weight.</summary>
    private static (int? Layer, string Role) Split(string name)
    {
        var parts = name.Split('.', 3);
        return parts.Length == 3 && parts[0] == "blk" && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var layer)
            ? (layer, parts[2])
            : (null, name);
    }

    private static string Ranges(int[] layers)
    {
        Array.Sort(layers);
        var ranges = new List<string>();
        for (int first = 0, last = 0; first < layers.Length; first = last = last + 1)
        {
            while (last + 1 < layers.Length && layers[last + 1] == layers[last] + 1)
                last++;
            ranges.Add(first == last ? $"{layers[first]}" : $"{layers[first]}-{layers[last]}");
        }
        return ranges.Count == 1 && layers.Length == 1 ? ranges[0] : $"{{{string.Join(",", ranges)}}}";
    }
}
