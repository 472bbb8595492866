using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace Mibera.Inference.Gguf;

/// <summary>
/// An open GGUF model: its metadata, its tensor directory and its data, which stay on disk, mapped or read on demand.
/// A split model (<c>-00001-of-00003.gguf</c>) is opened by its first part and looks like one file.
/// </summary>
/// <remarks>
/// Any number of threads may read at the same time. A mapped file that somebody truncates meanwhile takes the process down
/// when the lost pages are touched, as with every mapping; open it with <c>mapped: false</c> where that may happen.
/// </remarks>
public sealed class GgufFile : IDisposable
{
    private readonly GgufPart[] _parts;
    private readonly Dictionary<string, GgufTensor> _byName;
    private bool _disposed;

    private GgufFile(GgufPart[] parts, GgufHeader first, List<GgufTensor> tensors, Dictionary<string, GgufTensor> byName, bool mapped)
    {
        _parts = parts;
        _byName = byName;
        Parts = Array.ConvertAll(parts, part => part.Path);
        Version = first.Version;
        Alignment = first.Alignment;
        Metadata = first.Metadata;
        Tensors = tensors.AsReadOnly();
        IsMapped = mapped;
        TotalBytes = parts.Sum(part => part.Length);
    }

    /// <summary>The path that was given: the only file, or the first part.</summary>
    public string FilePath => Parts[0];

    /// <summary>Paths of all parts, in order.</summary>
    public IReadOnlyList<string> Parts { get; }

    /// <summary>GGUF version of the (first) file: 2 or 3.</summary>
    public uint Version { get; }

    /// <summary>What the offsets of the (first) file's tensors are multiples of, in bytes.</summary>
    public uint Alignment { get; }

    /// <summary>The keys of the (first) file. They stay valid after <see cref="Dispose"/>.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>The tensors of all parts, in the order of the files. A vocabulary-only file has none.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>Whether the data are mapped into memory.</summary>
    public bool IsMapped { get; }

    /// <summary>Bytes of all parts together.</summary>
    public long TotalBytes { get; }

    /// <summary>Opens a model and checks its header against the size of the file; reads no tensor data.</summary>
    /// <param name="path">The file; of a split model the first part.</param>
    /// <param name="mapped">Whether to map the data into memory; without, <see cref="ReadTensor(GgufTensor, Span{byte}, long)"/> reads them.</param>
    /// <exception cref="GgufFormatException">The file, or a part of it, is no GGUF or contradicts itself.</exception>
    /// <exception cref="ModelIOException">A file is missing, a directory, or cannot be read or mapped.</exception>
    public static GgufFile Open(string path, bool mapped = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("GGUF data are little-endian; this processor is not.");
        var parts = new List<GgufPart>();
        try
        {
            var headers = PartReader.ReadAll(path, parts);
            var tensors = headers.SelectMany(header => header.Tensors).ToList();
            var byName = IndexByName(tensors, parts);
            if (mapped)
            {
                foreach (var part in parts) part.Map();
            }

            return new GgufFile([.. parts], headers[0], tensors, byName, mapped);
        }
        catch
        {
            foreach (var part in parts) part.Dispose();
            throw;
        }
    }

    /// <summary>Finds a tensor by its exact name.</summary>
    public bool TryGetTensor(string name, [NotNullWhen(true)] out GgufTensor? tensor) => _byName.TryGetValue(name, out tensor);

    /// <summary>Copies bytes of a tensor by positional reads, which need no mapping and survive a file that shrinks.</summary>
    /// <param name="tensor">A tensor of this file.</param>
    /// <param name="destination">As many bytes as are wanted.</param>
    /// <param name="start">Where in the tensor to begin, in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has fewer bytes.</exception>
    /// <exception cref="ModelIOException">The read failed, or the file has become shorter.</exception>
    public void ReadTensor(GgufTensor tensor, Span<byte> destination, long start = 0)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, tensor.ByteSize - destination.Length);
        _parts[tensor.Part].Read(tensor.Offset + start, destination);
    }

    /// <summary>Unmaps and closes everything; pointers into the mapping become invalid.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        foreach (var part in _parts) part.Dispose();
    }

    /// <summary>The first byte of a tensor in the mapping; <see cref="GgufTensor.ByteSize"/> bytes are readable until <see cref="Dispose"/>.</summary>
    /// <exception cref="InvalidOperationException">The file was opened without a mapping.</exception>
    internal unsafe byte* GetPointer(GgufTensor tensor)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!IsMapped) throw new InvalidOperationException("The file was opened without a mapping.");
        return _parts[tensor.Part].Base + tensor.Offset;
    }

    /// <summary>The open file of a part, for reads of one's own.</summary>
    internal SafeFileHandle GetHandle(int part) => _parts[part].Handle;

    private static Dictionary<string, GgufTensor> IndexByName(List<GgufTensor> tensors, List<GgufPart> parts)
    {
        var byName = new Dictionary<string, GgufTensor>(tensors.Count, StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            if (byName.TryAdd(tensor.Name, tensor)) continue;
            var (path, other) = (parts[tensor.Part].Path, parts[byName[tensor.Name].Part].Path);
            var where = other == path ? "the same file" : other;
            throw new GgufFormatException(
                $"{path}: tensor {MessageText.Quote(tensor.Name)} is there twice; the first is in {where}.", path)
            { Tensor = tensor.Name, Offset = tensor.Offset };
        }

        return byName;
    }
}
