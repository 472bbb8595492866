using Mibera.Inference.Gguf;

namespace Mibera.Bench.Synthetic;

/// <summary>A tensor that will be written. A vector is a norm's weight (ones) or a bias (small random numbers).</summary>
internal sealed record SyntheticTensor(string Name, GgmlType Type, long[] Dimensions)
{
    public bool IsMatrix => Dimensions.Length > 1;

    public bool IsBias => Name.EndsWith(".bias", StringComparison.Ordinal);

    public long Elements => Dimensions.Aggregate(1L, (product, size) => product * size);

    public long Bytes => Type.RowBytes(Dimensions[0]) * (Elements / Dimensions[0]);
}
