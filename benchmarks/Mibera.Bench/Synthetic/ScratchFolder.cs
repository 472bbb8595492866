namespace Mibera.Bench.Synthetic;

/// <summary>
/// Where synthetic models are written: a new folder for temporary files, which goes with everything in it when the tool
/// ends, however it ends; or a folder that the user names, in which only the files of this run go.
/// </summary>
internal sealed class ScratchFolder : IDisposable
{
    // What a file system should have left for others.
    private const long Spare = 512L << 20;

    private readonly HashSet<string> _files = [];
    private readonly Lock _gate = new();
    private readonly bool _own;
    private readonly bool _keep;
    private bool _disposed;

    /// <param name="folder">The folder; null: a new one among the temporary files.</param>
    /// <param name="keep">Whether files stay.</param>
    /// <exception cref="BenchException">The folder cannot be made.</exception>
    public ScratchFolder(string? folder, bool keep)
    {
        (_own, _keep) = (folder is null, keep);
        try
        {
            FullPath = folder is null
                ? Directory.CreateTempSubdirectory("mibera-bench-").FullName
                : Directory.CreateDirectory(folder).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BenchException($"{folder ?? Path.GetTempPath()}: the scratch folder cannot be made ({e.Message})");
        }
        // Not only Dispose: a second Ctrl-C ends the process while the first is being obeyed.
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    public string FullPath { get; }

    /// <summary>Bytes that the file system of the folder has left for the user.</summary>
    public long FreeBytes => new DriveInfo(FullPath).AvailableFreeSpace;

    /// <summary>Announces a file of this run, which will go with the folder unless files are kept.</summary>
    public void Reserve(string path)
    {
        lock (_gate) _files.Add(path);
    }

    /// <summary>Refuses what the disk has no room for.</summary>
    /// <exception cref="BenchException">There is less room than <paramref name="bytes"/> and something to spare.</exception>
    public void DemandRoom(long bytes, string purpose) => DemandRoom(bytes, FreeBytes, FullPath, purpose);

    /// <inheritdoc cref="DemandRoom(long, string)"/>
    internal static void DemandRoom(long bytes, long free, string folder, string purpose)
    {
        if (free >= bytes + Spare) return;
        throw new BenchException(
            $"{folder}: {purpose} takes {ByteText.Of(bytes)}, and {ByteText.Of(Spare)} should stay free; {ByteText.Of(free)} are. "
            + "Name a folder with more room with --scratch, or fewer or smaller --types.");
    }

    /// <summary>Deletes the name of a file that is open; its data live until it is closed. Kept files keep their names.</summary>
    public void ForgetOpen(string path)
    {
        if (!_keep) TryDelete(path);
    }

    /// <summary>Deletes a file now, unless files are kept.</summary>
    public void Release(string path)
    {
        if (_keep) return;
        TryDelete(path);
        lock (_gate) _files.Remove(path);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
        }
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        Clean();
    }

    private void OnProcessExit(object? sender, EventArgs e) => Clean();

    private void Clean()
    {
        string[] files;
        lock (_gate) files = [.. _files];
        // What is half written goes in any case.
        foreach (var file in files) TryDelete(file + ".partial");
        if (_keep) return;
        foreach (var file in files) TryDelete(file);
        if (!_own) return;
        try
        {
            Directory.Delete(FullPath, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody has put something there, or holds it open; the temporary files' own cleaning will find it.
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"mibera-bench: {path} could not be deleted ({e.Message})");
        }
    }
}
