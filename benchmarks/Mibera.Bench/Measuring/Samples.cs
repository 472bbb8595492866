namespace Mibera.Bench.Measuring;

/// <summary>Repeated measurements of one rate: the more, the better.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public Samples(params IEnumerable<double> values) => _values.AddRange(values);

    public IReadOnlyList<double> Values => _values;

    public int Count => _values.Count;

    /// <summary>The largest value: what the machine can do when nothing disturbs it.</summary>
    public double Best => _values.Max();

    public double Worst => _values.Min();

    public double Mean => _values.Average();

    public double Median
    {
        get
        {
            var sorted = _values.Order().ToArray();
            var middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    /// <summary>Standard deviation of the sample (n - 1); 0 for a single value.</summary>
    public double StandardDeviation
    {
        get
        {
            if (_values.Count < 2) return 0;
            var mean = Mean;
            return Math.Sqrt(_values.Sum(value => (value - mean) * (value - mean)) / (_values.Count - 1));
        }
    }

    public void Add(double value) => _values.Add(value);
}
