using Mibera.Inference.Gguf;

namespace Mibera.Inference.Memory;

/// <summary>Weights read into native memory (<c>--no-mmap</c>): a file that shrinks or is replaced later does no harm.</summary>
internal sealed unsafe class CopiedWeightStore(GgufFile file) : WeightStore
{
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
        // In pieces: a span has at most 2^31 - 1 bytes.
        const int piece = 1 << 30;
        for (long done = 0; done < tensor.ByteSize; done += piece)
            file.ReadTensor(tensor, new Span<byte>(destination + done, (int)Math.Min(piece, tensor.ByteSize - done)), done);
    }
}
