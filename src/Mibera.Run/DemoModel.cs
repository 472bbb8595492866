using System.Reflection;

namespace Mibera.Run;

/// <summary>
/// The model that is shipped inside the tool: karpathy's stories260K (MIT) as a Phi-2-labelled network whose LayerNorms
/// have no bias, the kind of file that other engines refuse.
/// </summary>
internal static class DemoModel
{
    private const string Resource = "stories-mibera-Q4_K_S.gguf";

    public const string Description = "the built-in demo model stories260K (2 MB, tells stories for children); give your own with -m FILE";

    /// <summary>Writes the model to the temporary folder, unless it is there, and returns its path.</summary>
    public static string Extract()
    {
        using var source = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The tool was built without its resource {Resource}.");
        var path = Path.Combine(Path.GetTempPath(), $"mibera-demo-{Environment.UserName}-{source.Length}.gguf");
        if (IsComplete(path, source))
            return path;
        // Written aside, under a name that nobody can foresee, and moved: another process may be extracting it, too.
        var temporary = $"{path}.{Guid.NewGuid():N}";
        source.Position = 0;
        using (var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            source.CopyTo(target);
        File.Move(temporary, path, overwrite: true);
        return path;
    }

    private static bool IsComplete(string path, Stream source)
    {
        if (!File.Exists(path) || new FileInfo(path).Length != source.Length)
            return false;
        using var existing = File.OpenRead(path);
        Span<byte> expected = new byte[source.Length];
        Span<byte> found = new byte[source.Length];
        source.ReadExactly(expected);
        existing.ReadExactly(found);
        return expected.SequenceEqual(found);
    }
}
