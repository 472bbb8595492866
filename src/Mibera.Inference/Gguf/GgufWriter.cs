using System.Runtime.InteropServices;
using System.Text;

namespace Mibera.Inference.Gguf;

/// <summary>
/// Writes GGUF version 3. Tensor data are written one after the other, from memory, from a callback, or as zeros that take
/// no disk space, so files of any size need constant memory.
/// </summary>
public sealed partial class GgufWriter
{
    private readonly OrderedDictionary<string, GgufValue> _values = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, PendingTensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>What the tensors' offsets will be multiples of: <c>general.alignment</c> if added, else 32.</summary>
    public uint Alignment => _values.TryGetValue(GgufAlignment.Key, out var value) ? (uint)value.AsUInt64() : GgufAlignment.Default;

    /// <summary>Adds a key; keys are written in the order of their adding.</summary>
    /// <exception cref="ArgumentException">
    /// The key is empty, longer than 65535 bytes or there already, or it is <c>general.alignment</c> with a wrong value.
    /// </exception>
    public void Add(string key, GgufValue value)
    {
        CheckName(key, nameof(key));
        if (key == GgufAlignment.Key && !GgufAlignment.IsValid(value))
            throw new ArgumentException($"{value} is no alignment: a u32, a power of two from 8 on, was expected.", nameof(value));
        if (!_values.TryAdd(key, value)) throw new ArgumentException($"The key {MessageText.Quote(key)} is there already.", nameof(key));
    }

    /// <summary>Adds all keys of another file.</summary>
    /// <exception cref="ArgumentException">A key is there already.</exception>
    public void Add(IEnumerable<KeyValuePair<string, GgufValue>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var (key, value) in values) Add(key, value);
    }

    /// <summary>Adds a tensor whose data are in memory.</summary>
    /// <param name="name">A name of its own.</param>
    /// <param name="type">Type of the elements.</param>
    /// <param name="dimensions">1 to 4 sizes, the fastest-running first.</param>
    /// <param name="data">The bytes, as many as type and dimensions make.</param>
    /// <exception cref="ArgumentException">The name is taken, type and dimensions do not fit each other, or the data do not fit them.</exception>
    public void AddTensor(string name, GgmlType type, ReadOnlySpan<long> dimensions, ReadOnlyMemory<byte> data)
    {
        var tensor = AddTensor(name, type, dimensions, stream => stream.Write(data.Span));
        if (tensor.ByteSize == data.Length) return;
        _tensors.Remove(name);
        throw new ArgumentException($"{tensor} takes {tensor.ByteSize} bytes; {data.Length} were given.", nameof(data));
    }

    /// <summary>Adds a tensor whose data a callback writes when their turn comes.</summary>
    /// <returns>The tensor, whose <see cref="GgufTensor.ByteSize"/> the callback must write exactly.</returns>
    /// <exception cref="ArgumentException">The name is taken, or type and dimensions do not fit each other.</exception>
    public GgufTensor AddTensor(string name, GgmlType type, ReadOnlySpan<long> dimensions, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        return Add(name, type, dimensions, write);
    }

    /// <summary>Adds a tensor of zero bytes, left as a hole in the file where the file system can do that.</summary>
    /// <exception cref="ArgumentException">The name is taken, or type and dimensions do not fit each other.</exception>
    public GgufTensor AddZeroTensor(string name, GgmlType type, params ReadOnlySpan<long> dimensions) => Add(name, type, dimensions, null);

    private GgufTensor Add(string name, GgmlType type, ReadOnlySpan<long> dimensions, Action<Stream>? write)
    {
        CheckName(name, nameof(name));
        var sizes = MemoryMarshal.Cast<long, ulong>(dimensions);
        if (TensorSize.TryCompute(type, sizes, out var size) is { } problem)
            throw new ArgumentException($"Tensor {MessageText.Quote(name)}: {problem}.", nameof(dimensions));
        var tensor = new GgufTensor(name, type, sizes, size);
        if (!_tensors.TryAdd(name, new PendingTensor(tensor, write)))
            throw new ArgumentException($"The tensor {MessageText.Quote(name)} is there already.", nameof(name));
        return tensor;
    }

    private static void CheckName(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        if (Encoding.UTF8.GetByteCount(name) > HeaderReader.MaxNameBytes)
            throw new ArgumentException($"A name may have {HeaderReader.MaxNameBytes} bytes at most.", parameter);
    }

    private sealed record PendingTensor(GgufTensor Tensor, Action<Stream>? Write);
}
