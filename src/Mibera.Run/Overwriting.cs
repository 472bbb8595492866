namespace Mibera.Run;

/// <summary>Whether a file that is there may be written over: a name typed by mistake must not cost a model of gigabytes.</summary>
internal static class Overwriting
{
    /// <exception cref="UsageException">The file is a model.</exception>
    public static void Check(string option, string path)
    {
        if (File.Exists(path) && BeginsWith(path, "GGUF"u8))
            throw new UsageException($"{option}: {path} is a model, so it is not overwritten: name another file");
    }

    /// <summary>Whether a file begins with these bytes, as far as it goes: an empty one may do so one day.</summary>
    public static bool BeginsWith(string path, ReadOnlySpan<byte> magic)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> start = stackalloc byte[16];
        var read = file.ReadAtLeast(start[..magic.Length], magic.Length, throwOnEndOfStream: false);
        return read > 0 ? magic.StartsWith(start[..read]) : magic.Length == 0;
    }
}
