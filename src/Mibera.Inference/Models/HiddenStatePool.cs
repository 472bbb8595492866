namespace Mibera.Inference.Models;

/// <summary>Gathers the final normed hidden states [embedding] of a sequence's positions into one vector.</summary>
/// <remarks>Sums are doubles, added in the order of positions: the same bits however a text is cut into batches.</remarks>
internal sealed class HiddenStatePool(int width, EmbeddingPooling pooling)
{
    private readonly double[] _sum = new double[width];
    private int _count;

    public void Add(ReadOnlySpan<float> hidden)
    {
        if (pooling == EmbeddingPooling.Last)
            _sum.AsSpan().Clear();
        for (var i = 0; i < width; i++)
            _sum[i] += hidden[i];
        _count = pooling == EmbeddingPooling.Last ? 1 : _count + 1;
    }

    /// <summary>The vector, of length 1 if so wanted; null if it has a NaN or an infinity.</summary>
    public float[]? ToVector(bool normalize)
    {
        double squares = 0;
        foreach (var sum in _sum)
            squares += sum * sum;
        if (!double.IsFinite(squares))
            return null;
        // A vector of zeros has no direction: it stays.
        var divisor = !normalize ? _count : squares > 0 ? double.Sqrt(squares) : 1;
        return Array.ConvertAll(_sum, sum => (float)(sum / divisor));
    }
}
