using Mibera.Inference.Gguf;
using Microsoft.Win32.SafeHandles;

namespace Mibera.Inference.Memory;

/// <summary>
/// Reads a part of a model past the page cache, which would otherwise fill with weights that are read once and evict those that
/// stay. Where the file system does not allow that, it reads through the cache and drops the pages afterwards.
/// </summary>
internal sealed unsafe class UnbufferedFile : IDisposable
{
    // FILE_FLAG_NO_BUFFERING, which .NET passes on although it has no name for it.
    private const FileOptions NoBuffering = (FileOptions)0x20000000;

    private readonly GgufFile _file;
    private readonly string _path;
    private readonly SafeFileHandle? _unbuffered;
    private readonly SafeFileHandle _buffered;

    public UnbufferedFile(GgufFile file, int part)
    {
        (_file, _path, _buffered) = (file, file.Parts[part], file.GetHandle(part));
        _unbuffered = Open();
    }

    /// <summary>Whether reads pass the page cache by.</summary>
    public bool IsDirect => _unbuffered is not null;

    /// <summary>
    /// Reads at least <paramref name="needed"/> bytes, up to <paramref name="length"/>. Offset, length and destination are multiples
    /// of <see cref="SectionExtents.Alignment"/>.
    /// </summary>
    /// <exception cref="ModelIOException">The file has become shorter, or the system cannot read it.</exception>
    public void Read(long offset, byte* destination, int length, int needed)
    {
        ObjectDisposedException.ThrowIf(_buffered.IsClosed, _file);
        var done = 0;
        try
        {
            while (done < needed)
            {
                var read = RandomAccess.Read(_unbuffered ?? _buffered, new Span<byte>(destination + done, length - done), offset + done);
                if (done + read < needed && read < SectionExtents.Alignment)
                {
                    throw new ModelIOException(
                        $"{_path}: the file ends at byte {offset + done + read}, within a tensor. Something shortened it while it was in use.", _path);
                }
                // What lies beyond the last full sector is read again: the next request must be aligned, too.
                done = done + read >= needed ? needed : done + read / SectionExtents.Alignment * SectionExtents.Alignment;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelIOException($"{_path}: reading at byte {offset + done} failed ({e.Message})", _path, e);
        }
        if (_unbuffered is null && OperatingSystem.IsLinux())
            _ = NativeMethods.Advise(_buffered, offset, length, NativeMethods.AdviseDontNeed);
    }

    public void Dispose() => _unbuffered?.Dispose();

    private SafeFileHandle? Open()
    {
        SafeFileHandle? handle = null;
        try
        {
            if (OperatingSystem.IsWindows())
                handle = File.OpenHandle(_path, FileMode.Open, FileAccess.Read, FileShare.Read, NoBuffering);
            else if (OperatingSystem.IsLinux())
                handle = OpenAgain();
            if (handle is not null && CanRead(handle))
                return handle;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Reading through the cache is the fallback for whatever went wrong.
        }
        handle?.Dispose();
        return null;
    }

    /// <summary>The same file once more, by its descriptor: its name may lead to another by now.</summary>
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private SafeFileHandle? OpenAgain()
    {
        var descriptor = NativeMethods.Open(
            $"/proc/self/fd/{_buffered.DangerousGetHandle()}", NativeMethods.ReadOnly | NativeMethods.CloseOnExec | NativeMethods.Direct);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Whether the first sector can be read so: some file systems accept the flag and refuse the reads.</summary>
    private static bool CanRead(SafeFileHandle handle)
    {
        using var sector = new NativeBuffer(SectionExtents.Alignment, SectionExtents.Alignment);
        return RandomAccess.Read(handle, new Span<byte>(sector.Pointer, SectionExtents.Alignment), 0) > 0;
    }
}
