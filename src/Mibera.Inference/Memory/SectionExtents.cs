using Mibera.Inference.Gguf;

namespace Mibera.Inference.Memory;

/// <summary>
/// Where a section's tensors lie in the file, and how they lie in a buffer that they are read into: in runs of neighbours, each
/// run beginning at a multiple of <see cref="Alignment"/> in both, as unbuffered reads demand.
/// </summary>
internal sealed class SectionExtents
{
    /// <summary>Of file offsets, buffer addresses and lengths: the largest sector in use.</summary>
    public const int Alignment = 4096;

    // Reading a small gap, a norm mostly, costs less than another request.
    private const int MaxGap = 1 << 18;

    private readonly Dictionary<GgufTensor, long> _offsets = [];

    public SectionExtents(IEnumerable<GgufTensor> tensors)
    {
        var runs = new List<Run>();
        foreach (var tensor in tensors.Distinct().OrderBy(t => t.Part).ThenBy(t => t.Offset))
        {
            var end = tensor.Offset + tensor.ByteSize;
            if (runs.Count > 0 && runs[^1] is var last && last.Part == tensor.Part && tensor.Offset <= last.End + MaxGap)
                runs[^1] = last with { End = Math.Max(last.End, end) };
            else
                runs.Add(new Run(tensor.Part, tensor.Offset / Alignment * Alignment, end, Bytes));
            _offsets.Add(tensor, runs[^1].BufferOffset + tensor.Offset - runs[^1].Begin);
            Bytes = runs[^1].BufferOffset + RoundUp(runs[^1].End - runs[^1].Begin);
        }
        Runs = runs;
    }

    public IReadOnlyList<Run> Runs { get; }

    /// <summary>Bytes of the buffer.</summary>
    public long Bytes { get; private set; }

    /// <summary>Where a tensor begins in the buffer.</summary>
    public long OffsetOf(GgufTensor tensor) => _offsets[tensor];

    private static long RoundUp(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    /// <summary>Bytes [<paramref name="Begin"/>, <paramref name="End"/>) of a part of the model.</summary>
    public readonly record struct Run(int Part, long Begin, long End, long BufferOffset);
}
