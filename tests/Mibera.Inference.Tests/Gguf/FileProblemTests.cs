using System.Diagnostics;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Gguf;

/// <summary>What the file system does to a reader.</summary>
public sealed class FileProblemTests : TemporaryFolder
{
    private ModelIOException RefusedPath(string path)
    {
        var error = Assert.Throws<ModelIOException>(() => GgufFile.Open(path));
        Assert.Equal(path, error.File);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        return error;
    }

    [Fact]
    public void Missing()
    {
        Assert.Contains("no such file", RefusedPath(PathOf("absent.gguf")).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", RefusedPath(PathOf("absent/absent.gguf")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADirectory() => Assert.Contains("directory", RefusedPath(Folder).Message, StringComparison.Ordinal);

    [Fact]
    public void NoPermission()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix file modes are needed.");
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "Root may read everything.");
        var path = Save(RawGguf.Header().ToArray());
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.None);
        Assert.Contains("permission", RefusedPath(path).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NotAnOrdinaryFile()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "There is no /dev/zero.");
        Assert.Contains("a device", Assert.Throws<GgufFormatException>(() => GgufFile.Open("/dev/zero")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APipeIsNotWaitedFor()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/mkfifo"), "There is no mkfifo.");
        var path = PathOf("pipe.gguf");
        using (var made = Process.Start("/usr/bin/mkfifo", [path])) made.WaitForExit();
        Assert.Contains("a pipe", Assert.Throws<GgufFormatException>(() => GgufFile.Open(path)).Message, StringComparison.Ordinal);
        File.CreateSymbolicLink(PathOf("link.gguf"), path);
        Assert.Throws<GgufFormatException>(() => GgufFile.Open(PathOf("link.gguf")));
    }

    [Fact]
    public void ALinkIsFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        File.CreateSymbolicLink(PathOf("link.gguf"), Save(RawGguf.Header().ToArray()));
        using (GgufFile.Open(PathOf("link.gguf")))
        {
        }

        File.CreateSymbolicLink(PathOf("broken.gguf"), PathOf("absent"));
        Assert.Contains("no such file", RefusedPath(PathOf("broken.gguf")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NothingStaysOpenAfterAnError(bool mapped)
    {
        var path = Save(RawGguf.Header(tensors: 1).Tensor("t", 0, 0, 8).Data(31).ToArray());
        Assert.Throws<GgufFormatException>(() => GgufFile.Open(path, mapped));
        // Exclusive access is refused while a handle of the reader lives.
        using var exclusive = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.True(exclusive.Length > 0);
    }

    [Fact]
    public void AFileThatShrinksIsReported()
    {
        var path = Save(RawGguf.Header(tensors: 1).Tensor("t", 0, 0, 8).Data(32).ToArray());
        using var file = GgufFile.Open(path, mapped: false);
        ShrinkOrSkip(path, file.Tensors[0].Offset + 16);
        var data = new byte[32];
        file.ReadTensor(file.Tensors[0], data.AsSpan(0, 16));
        var error = Assert.Throws<ModelIOException>(() => file.ReadTensor(file.Tensors[0], data));
        Assert.Contains($"ends at byte {file.Tensors[0].Offset + 16}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AFileThatIsReplacedIsReadAsItWas(bool mapped)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not replace open files.");
        var path = Save(RawGguf.Header(tensors: 1).Tensor("t", 0, 0, 1).Data(0).UInt32(42).ToArray());
        using var file = GgufFile.Open(path, mapped);
        File.Move(Save(RawGguf.Header().ToArray(), "other.gguf"), path, overwrite: true);
        var data = new byte[4];
        file.ReadTensor(file.Tensors[0], data);
        Assert.Equal(42, data[0]);
    }

    private static void ShrinkOrSkip(string path, long length)
    {
        try
        {
            using var writer = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            writer.SetLength(length);
        }
        catch (IOException e)
        {
            Assert.Skip($"The system protects open files: {e.Message}");
        }
    }
}
