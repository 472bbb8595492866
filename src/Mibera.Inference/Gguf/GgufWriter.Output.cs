namespace Mibera.Inference.Gguf;

public sealed partial class GgufWriter
{
    private const uint Version = 3;

    /// <summary>Writes the file beside its place and moves it there when it is whole, replacing what was there.</summary>
    /// <exception cref="ModelIOException">The file cannot be written.</exception>
    /// <exception cref="InvalidOperationException">A callback wrote more or less than its tensor's bytes.</exception>
    public void WriteTo(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var partial = path + ".partial";
        try
        {
            using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None)) WriteTo(stream);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e)
        {
            TryDelete(partial);
            if (e is IOException or UnauthorizedAccessException)
                throw new ModelIOException($"{path}: the file cannot be written ({e.Message})", path, e);
            throw;
        }
    }

    /// <summary>Writes the file to a stream, from its present position on. It is not closed.</summary>
    /// <exception cref="InvalidOperationException">A callback wrote more or less than its tensor's bytes.</exception>
    public void WriteTo(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var output = new GgufOutput(stream);
        output.Write("GGUF"u8);
        output.WriteUInt32(Version);
        output.WriteUInt64((ulong)_tensors.Count);
        output.WriteUInt64((ulong)_values.Count);
        foreach (var (key, value) in _values)
        {
            output.WriteString(key);
            output.WriteUInt32((uint)value.Type);
            output.WriteValue(value);
        }

        WriteDirectory(output);
        output.Pad(Alignment);
        foreach (var (_, pending) in _tensors)
        {
            output.WriteTensor(pending.Tensor, pending.Write);
            output.Pad(Alignment);
        }

        output.Finish();
    }

    private void WriteDirectory(GgufOutput output)
    {
        long offset = 0;
        foreach (var (name, (tensor, _)) in _tensors)
        {
            output.WriteString(name);
            output.WriteUInt32((uint)tensor.Dimensions.Length);
            foreach (var dimension in tensor.Dimensions) output.WriteUInt64((ulong)dimension);
            output.WriteUInt32((uint)tensor.Type);
            output.WriteUInt64((ulong)offset);
            offset = checked(GgufAlignment.Pad(offset + tensor.ByteSize, Alignment));
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
            // The error that led here says more than this one.
        }
    }
}
