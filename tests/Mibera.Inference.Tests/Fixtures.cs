namespace Mibera.Inference.Tests;

/// <summary>
/// Finds the reference data: the folder that MIBERA_FIXTURES names, or a folder <c>shared/fixtures</c> beside the
/// repository (looked for from the test binary upward). A test whose data are absent skips visibly.
/// </summary>
internal static class Fixtures
{
    private static readonly string? Root = FindRoot();

    /// <summary>Whether the fixtures are there at all.</summary>
    public static bool Available => Root is not null;

    /// <summary>Full path of a fixture, given relative to the fixtures' folder with '/' between the names.</summary>
    /// <remarks>Skips the calling test when the file or folder is absent.</remarks>
    public static string Path(string relative)
    {
        var path = TryPath(relative);
        Assert.SkipWhen(path is null, $"Fixture '{relative}' not found: set MIBERA_FIXTURES to the folder that holds it.");
        return path!;
    }

    /// <summary>Full path of a fixture, or null where it is absent; for tests that list cases.</summary>
    public static string? TryPath(string relative)
    {
        if (Root is null) return null;
        var path = System.IO.Path.Combine(Root, relative);
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    /// <summary>Files below a fixture folder that match a pattern, in ordinal order; none where it is absent.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern)
    {
        if (TryPath(folder) is not { } path || !Directory.Exists(path)) return [];
        var files = Directory.GetFiles(path, pattern);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static string? FindRoot()
    {
        if (Environment.GetEnvironmentVariable("MIBERA_FIXTURES") is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine(folder.FullName, "shared", "fixtures");
            if (Directory.Exists(candidate)) return candidate;
        }

        return null;
    }
}
