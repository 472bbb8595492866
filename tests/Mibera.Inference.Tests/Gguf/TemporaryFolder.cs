using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Gguf;

/// <summary>A folder of its own for a test's files, and the bounds within which a bad one must be refused.</summary>
public abstract class TemporaryFolder : IDisposable
{
    // The reader's window, the exception with its trace, and what the runtime allocates on first use.
    private const long FixedAllocation = 512 * 1024;

    // An object per key, tensor or nested array is some times its bytes in the file.
    private const long AllocationPerByte = 16;

    protected TemporaryFolder() => Folder = Directory.CreateTempSubdirectory("mibera-gguf-").FullName;

    protected string Folder { get; }

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected string PathOf(string name) => Path.Combine(Folder, name);

    protected string Save(ReadOnlySpan<byte> bytes, string name = "test.gguf")
    {
        using var file = new FileStream(PathOf(name), FileMode.Create, FileAccess.Write);
        file.Write(bytes);
        return file.Name;
    }

    private protected GgufFile Open(RawGguf raw) => GgufFile.Open(Save(raw.ToArray()));

    private protected GgufFormatException Refused(RawGguf raw) => Refused(raw.ToArray());

    /// <summary>The file is refused with the typed error that names it, within a small multiple of its size.</summary>
    protected GgufFormatException Refused(ReadOnlySpan<byte> bytes)
    {
        var path = Save(bytes);
        var error = Bounded(bytes.Length, () => Assert.Throws<GgufFormatException>(() => GgufFile.Open(path)));
        Assert.Equal(path, error.File);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
        return error;
    }

    /// <summary>Runs an action and asserts that it allocates no more than a small multiple of the file's size.</summary>
    protected static T Bounded<T>(long fileBytes, Func<T> action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = action();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, FixedAllocation + AllocationPerByte * fileBytes);
        return result;
    }
}
