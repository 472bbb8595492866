namespace Mibera.Inference.Gguf;

/// <summary>Reads the tensor directory and places every tensor in its file.</summary>
internal sealed class DirectoryReader(HeaderSource source, uint alignment, int part)
{
    public GgufTensor[] Read(int count)
    {
        var tensors = new GgufTensor[count];
        for (var i = 0; i < count; i++)
        {
            tensors[i] = ReadEntry();
            source.Tensor = null;
        }

        // Offsets in the file count from the end of the header, padded. Neither sum can wrap: both operands are far below 2^62.
        var dataStart = GgufAlignment.Pad(source.Position, alignment);
        foreach (var tensor in tensors) Place(tensor, dataStart);
        CheckOverlap(tensors);
        return tensors;
    }

    private GgufTensor ReadEntry()
    {
        source.Tensor = HeaderReader.ReadName(source, "the tensor's name", "the length of the tensor's name");
        var at = source.Position;
        var rank = source.ReadUInt32("the number of dimensions");
        if (rank is 0 or > TensorSize.MaxDimensions)
            throw source.Error($"it has {rank} dimensions; 1 to {TensorSize.MaxDimensions} were expected.", at);
        Span<ulong> dimensions = stackalloc ulong[(int)rank];
        foreach (ref var dimension in dimensions) dimension = source.ReadUInt64("a dimension");
        var type = (GgmlType)source.ReadUInt32("the type");
        if (TensorSize.TryCompute(type, dimensions, out var size) is { } problem) throw source.Error($"{problem}.", at);
        return new GgufTensor(source.Tensor, type, dimensions, size) { Part = part, Offset = ReadOffset(size) };
    }

    private long ReadOffset(TensorSize size)
    {
        var at = source.Position;
        var offset = source.ReadUInt64("the offset");
        if (offset % alignment != 0) throw source.Error($"its data begin at offset {offset}; a multiple of {alignment} was expected.", at);
        var length = (ulong)source.Part.Length;
        if (offset > length || (ulong)size.Bytes > length - offset) throw PastEnd(offset, size.Bytes);
        return (long)offset;
    }

    private void Place(GgufTensor tensor, long dataStart)
    {
        var offset = dataStart + tensor.Offset;
        if (offset + tensor.ByteSize > source.Part.Length)
        {
            source.Tensor = tensor.Name;
            throw PastEnd((ulong)offset, tensor.ByteSize);
        }

        tensor.Offset = offset;
    }

    private GgufFormatException PastEnd(ulong offset, long bytes) => source.Error(
        $"its {bytes} bytes begin at byte {offset}, but the file ends after {source.Part.Length}. The download may be incomplete.");

    private void CheckOverlap(GgufTensor[] tensors)
    {
        var sorted = (GgufTensor[])tensors.Clone();
        Array.Sort(sorted, (a, b) => a.Offset.CompareTo(b.Offset));
        for (var i = 1; i < sorted.Length; i++)
        {
            var (before, next) = (sorted[i - 1], sorted[i]);
            var end = before.Offset + before.ByteSize;
            if (end <= next.Offset) continue;
            source.Tensor = next.Name;
            throw source.Error($"its data overlap tensor {MessageText.Quote(before.Name)}, which ends at byte {end}.", next.Offset);
        }
    }
}
