using Mibera.Inference.Numerics;

namespace Mibera.Inference.Sampling;

/// <summary>
/// The tokens that are still in play, likeliest first, equal ones by their id. A candidate is one number: its logit, so
/// mapped that a larger one sorts first, above its id.
/// </summary>
internal sealed class Candidates(int vocabulary)
{
    private readonly ulong[] _keys = new ulong[vocabulary];
    private readonly double[] _probabilities = new double[vocabulary];
    private readonly (double Distance, int Index)[] _byDistance = new (double, int)[vocabulary];

    public int Count { get; private set; }

    public int Id(int index) => (int)(uint)_keys[index];

    public float Logit(int index) => ToLogit((uint)(_keys[index] >> 32));

    /// <summary>Takes the <paramref name="count"/> largest logits, in order; 0: all.</summary>
    public void TakeLargest(ReadOnlySpan<float> logits, int count)
    {
        Count = count == 0 ? logits.Length : Math.Min(count, logits.Length);
        for (var i = 0; i < Count; i++)
            _keys[i] = Key(logits[i], i);
        if (Count < logits.Length)
            Select(logits);
        _keys.AsSpan(0, Count).Sort();
    }

    /// <summary>Keeps the first <paramref name="count"/>, at least one.</summary>
    public void KeepFirst(int count) => Count = Math.Clamp(count, 1, Count);

    /// <summary>Probabilities [<see cref="Count"/>] of the candidates, their logits divided by <paramref name="temperature"/>.</summary>
    public ReadOnlySpan<double> Probabilities(float temperature = 1f)
    {
        var probabilities = _probabilities.AsSpan(0, Count);
        var largest = Logit(0);
        var sum = 0.0;
        for (var i = 0; i < Count; i++)
            sum += probabilities[i] = PortableMath.Exp((double)(Logit(i) - largest) / temperature);
        for (var i = 0; i < Count; i++)
            probabilities[i] /= sum;
        return probabilities;
    }

    /// <summary>
    /// Keeps the candidates whose information, -log p, is nearest to <paramref name="entropy"/>: as many as exceed
    /// <paramref name="total"/> with their probabilities together.
    /// </summary>
    public void KeepNearest(ReadOnlySpan<double> probabilities, double entropy, double total)
    {
        var order = _byDistance.AsSpan(0, Count);
        for (var i = 0; i < Count; i++)
            order[i] = (probabilities[i] > 0 ? Math.Abs(-PortableMath.Log(probabilities[i]) - entropy) : double.PositiveInfinity, i);
        order.Sort();
        var kept = 0;
        for (var sum = 0.0; kept < Count && sum <= total; kept++)
            sum += probabilities[order[kept].Index];
        for (var i = 0; i < kept; i++)
            order[i].Distance = 0.0;
        order[..kept].Sort();
        // Indices ascend now, so that no key is overwritten before it is moved.
        for (var i = 0; i < kept; i++)
            _keys[i] = _keys[order[i].Index];
        KeepFirst(kept);
    }

    /// <summary>Replaces the worst of the first ones, kept in a heap, by every better one that follows.</summary>
    private void Select(ReadOnlySpan<float> logits)
    {
        var heap = _keys.AsSpan(0, Count);
        for (var i = Count / 2 - 1; i >= 0; i--)
            SiftDown(heap, i);
        for (var i = Count; i < logits.Length; i++)
        {
            var key = Key(logits[i], i);
            if (key >= heap[0])
                continue;
            heap[0] = key;
            SiftDown(heap, 0);
        }
    }

    private static void SiftDown(Span<ulong> heap, int parent)
    {
        var moving = heap[parent];
        while (2 * parent + 1 < heap.Length)
        {
            var child = 2 * parent + 1;
            if (child + 1 < heap.Length && heap[child + 1] > heap[child])
                child++;
            if (heap[child] <= moving)
                break;
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = moving;
    }

    private static ulong Key(float logit, int id) => ((ulong)FromLogit(logit) << 32) | (uint)id;

    // Positive floats ascend as unsigned integers, negative ones descend; turned over, so that larger logits sort first.
    // Adding zero makes one of the two zeros: they are equal, so that their ids decide.
    private static uint FromLogit(float logit)
    {
        var bits = BitConverter.SingleToUInt32Bits(logit + 0f);
        return (bits & 0x80000000) != 0 ? bits : ~bits & 0x7FFFFFFF;
    }

    private static float ToLogit(uint sorted) =>
        BitConverter.UInt32BitsToSingle((sorted & 0x80000000) != 0 ? sorted : ~sorted & 0x7FFFFFFF);
}
