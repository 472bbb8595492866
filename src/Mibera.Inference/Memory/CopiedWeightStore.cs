using Mibera.Inference.Gguf;

namespace Mibera.Inference.Memory;

/// <summary>Weights read into native memory (<c>--no-mmap</c>): a file that shrinks or is replaced later does no harm.</summary>
/// <param name="file">Where they are.</param>
/// <param name="progress">Told how many bytes are read.</param>
/// <param name="cancellationToken">Stops the reading.</param>
internal sealed unsafe class CopiedWeightStore(GgufFile file, IProgress<LoadProgress>? progress = null, CancellationToken cancellationToken = default) : WeightStore
{
    // Small enough to be stopped at once, large enough to cost nothing.
    private const int Piece = 1 << 26;

    private long _done;

    private readonly Dictionary<GgufTensor, NativeBuffer> _tensors = [];

    public override WeightSlot Add(GgufTensor tensor, int section)
    {
        if (!_tensors.ContainsKey(tensor))
        {
            var buffer = new NativeBuffer(tensor.ByteSize);
            _tensors.Add(tensor, buffer);
            Read(tensor, (byte*)buffer.Pointer);
        }
        return base.Add(tensor, section);
    }

    internal override byte* ResidentAddress(WeightSlot slot) => (byte*)_tensors[slot.Tensor].Pointer;

    protected override void Dispose(bool disposing)
    {
        foreach (var buffer in _tensors.Values)
            buffer.Dispose();
        _tensors.Clear();
        base.Dispose(disposing);
    }

    private void Read(GgufTensor tensor, byte* destination)
    {
        for (long start = 0; start < tensor.ByteSize; start += Piece)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = (int)Math.Min(Piece, tensor.ByteSize - start);
            file.ReadTensor(tensor, new Span<byte>(destination + start, length), start);
            progress?.Report(new LoadProgress("reading weights", _done += length, file.TotalBytes));
        }
    }
}
