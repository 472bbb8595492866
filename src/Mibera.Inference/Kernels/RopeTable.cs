using Mibera.Inference.Memory;

namespace Mibera.Inference.Kernels;

/// <summary>
/// The rotations of one batch's positions, made once and used by every layer. (A table of all positions would take
/// 67 MB for a context of 131072.)
/// </summary>
internal sealed unsafe class RopeTable : IDisposable
{
    private readonly NativeBuffer _data;
    private readonly int _maxTokens;
    private RopeFrequencies? _frequencies;

    /// <param name="maxTokens">The largest batch.</param>
    /// <param name="pairs">The most pairs of any frequencies that are used with it.</param>
    public RopeTable(int maxTokens, int pairs)
    {
        _maxTokens = maxTokens;
        _data = new NativeBuffer(BytesFor(maxTokens, pairs));
    }

    public static long BytesFor(int maxTokens, int pairs) => 2L * maxTokens * pairs * sizeof(float);

    /// <summary>Fills in the rotations of positions [<paramref name="first"/>, first + <paramref name="tokens"/>).</summary>
    public void Fill(RopeFrequencies frequencies, int first, int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, _maxTokens);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(2L * _maxTokens * frequencies.Pairs * sizeof(float), _data.Bytes, nameof(frequencies));
        _frequencies = frequencies;
        var pairs = frequencies.Pairs;
        for (var t = 0; t < tokens; t++)
            frequencies.Rotation(first + t, new Span<float>(Cos(t), pairs), new Span<float>(Sin(t), pairs));
    }

    /// <summary>Rotates the heads of token <paramref name="token"/> of the batch in place.</summary>
    public void Apply(int token, float* data, int heads, int headDimension)
    {
        var frequencies = _frequencies ?? throw new InvalidOperationException("The table is empty: Fill comes first.");
        Rope.Apply(data, heads, headDimension, Cos(token), Sin(token), frequencies.Pairs, frequencies.Order);
    }

    public void Dispose() => _data.Dispose();

    private float* Cos(int token) => (float*)_data.Pointer + 2L * token * _frequencies!.Pairs;

    private float* Sin(int token) => Cos(token) + _frequencies!.Pairs;
}
