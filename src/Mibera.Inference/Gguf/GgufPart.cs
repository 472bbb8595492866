using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Mibera.Inference.Gguf;

/// <summary>One file on disk, open for reading: positional reads always, a mapping if asked for.</summary>
internal sealed unsafe class GgufPart : IDisposable
{
    private MemoryMappedFile? _file;
    private MemoryMappedViewAccessor? _view;
    private byte* _base;

    private GgufPart(string path, SafeFileHandle handle, long length)
    {
        Path = path;
        Handle = handle;
        Length = length;
    }

    public string Path { get; }

    public SafeFileHandle Handle { get; }

    /// <summary>Bytes of the file when it was opened; every check is against this figure.</summary>
    public long Length { get; }

    /// <summary>Where the file's first byte is mapped, or null without a mapping.</summary>
    public byte* Base => _base;

    /// <exception cref="ModelIOException">There is no such file, it is a directory, or it may not be read.</exception>
    /// <exception cref="GgufFormatException">The file is empty.</exception>
    public static GgufPart Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            if (Directory.Exists(path)) throw new ModelIOException($"{path}: this is a directory; a GGUF file was expected.", path);
            if (IsEmpty(path)) throw new GgufFormatException($"{path}: the file is empty, or a pipe or a device; a GGUF file was expected.", path) { Offset = 0 };
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return new GgufPart(path, handle, RandomAccess.GetLength(handle));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            handle?.Dispose();
            throw new ModelIOException($"{path}: {Explain(e)}", path, e);
        }
    }

    /// <summary>Maps the whole file; the mapping lives until <see cref="Dispose"/>.</summary>
    /// <exception cref="ModelIOException">The system does not map it, or it shrank meanwhile.</exception>
    public void Map()
    {
        try
        {
            _file = MemoryMappedFile.CreateFromFile(
                Handle, mapName: null, Length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ModelIOException($"{Path}: the file cannot be mapped into memory ({e.Message})", Path, e);
        }

        byte* pointer = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        _base = pointer + _view.PointerOffset;
    }

    /// <summary>Fills <paramref name="destination"/> from the file at <paramref name="offset"/>, without the mapping.</summary>
    /// <exception cref="ModelIOException">The file has become shorter, or the system cannot read it.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                var read = RandomAccess.Read(Handle, destination, offset);
                if (read == 0)
                {
                    throw new ModelIOException(
                        $"{Path}: the file ends at byte {offset}; it had {Length} bytes when it was opened. Something changed it meanwhile.", Path);
                }

                destination = destination[read..];
                offset += read;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelIOException($"{Path}: reading at byte {offset} failed ({e.Message})", Path, e);
        }
    }

    public void Dispose()
    {
        if (_base is not null) _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        _base = null;
        _view?.Dispose();
        _file?.Dispose();
        Handle.Dispose();
    }

    // Asked before opening: a pipe, whose length is 0 too, would not open until somebody writes to it.
    private static bool IsEmpty(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is not null) file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return file is { Exists: true, Length: 0 };
    }

    private static string Explain(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file.",
        UnauthorizedAccessException => "this user has no permission to read the file.",
        NotSupportedException => "this is no file on disk (a pipe, perhaps); a GGUF file was expected.",
        _ => $"the file cannot be opened ({e.Message})",
    };
}
