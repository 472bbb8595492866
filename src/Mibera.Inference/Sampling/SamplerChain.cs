using System.Runtime.Intrinsics;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Sampling;

/// <summary>Chooses tokens by <see cref="SamplingOptions"/>. After the first token it allocates nothing.</summary>
internal sealed class SamplerChain
{
    private readonly SamplingOptions _options;
    private readonly Penalties _penalties;
    private readonly Candidates _candidates;
    private readonly RandomSource _random;
    private readonly float[] _logits;

    public SamplerChain(SamplingOptions options, int vocabulary)
    {
        options.Validate();
        _options = options;
        _penalties = new Penalties(options);
        _candidates = new Candidates(vocabulary);
        _random = new RandomSource(options.Seed ?? BitConverter.ToUInt64(Guid.NewGuid().ToByteArray()));
        _logits = new float[vocabulary];
    }

    /// <summary>Natural logarithm of the last token's probability under the unmodified model.</summary>
    public float LastLogProbability { get; private set; }

    /// <summary>Chooses the token after <paramref name="tokens"/>. The logits stay as they are.</summary>
    /// <exception cref="NonFiniteLogitsException">A logit is NaN or infinite.</exception>
    public int Sample(ReadOnlySpan<float> logits, ReadOnlySpan<int> tokens)
    {
        var normalization = LogSumExp(logits);
        if (!float.IsFinite(normalization))
            throw new NonFiniteLogitsException("The model's logits are not finite: its weights hold NaN or infinity, or it is run in a way that it was not made for.");
        logits.CopyTo(_logits);
        foreach (var processor in _options.LogitsProcessors)
            processor.Process(tokens, _logits);
        foreach (var (id, bias) in _options.LogitBias)
            _logits[id] += bias;
        _penalties.Apply(tokens, _logits);
        var token = _options.Temperature == 0f ? Likeliest(_logits) : Draw();
        LastLogProbability = logits[token] - normalization;
        return token;
    }

    /// <summary>The index of the largest logit, of equal ones the first.</summary>
    internal static int Likeliest(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
                best = i;
        }
        return best;
    }

    private int Draw()
    {
        _candidates.TakeLargest(_logits, _options.TopK);
        if (float.IsNaN(_candidates.Logit(0)) || float.IsNaN(_candidates.Logit(_candidates.Count - 1)))
            throw new NonFiniteLogitsException("A logits processor has made NaN of a logit.");
        if (float.IsNegativeInfinity(_candidates.Logit(0)))
            throw new NonFiniteLogitsException("Every token is banned.");
        Typical();
        TopP();
        MinP();
        var probabilities = _candidates.Probabilities(_options.Temperature);
        var threshold = _random.NextDouble();
        var sum = 0.0;
        for (var i = 0; i < probabilities.Length; i++)
        {
            sum += probabilities[i];
            if (sum > threshold)
                return _candidates.Id(i);
        }
        return _candidates.Id(probabilities.Length - 1);
    }

    private void Typical()
    {
        if (_options.TypicalP >= 1f)
            return;
        var probabilities = _candidates.Probabilities();
        var entropy = 0.0;
        foreach (var p in probabilities)
            entropy -= p > 0 ? p * PortableMath.Log(p) : 0;
        _candidates.KeepNearest(probabilities, entropy, _options.TypicalP);
    }

    private void TopP()
    {
        if (_options.TopP >= 1f)
            return;
        var probabilities = _candidates.Probabilities();
        var kept = 0;
        for (var sum = 0.0; kept < probabilities.Length && sum < _options.TopP; kept++)
            sum += probabilities[kept];
        _candidates.KeepFirst(kept);
    }

    private void MinP()
    {
        if (_options.MinP <= 0f)
            return;
        var probabilities = _candidates.Probabilities();
        var kept = 1;
        while (kept < probabilities.Length && probabilities[kept] >= _options.MinP * probabilities[0])
            kept++;
        _candidates.KeepFirst(kept);
    }

    /// <summary>log of the sum of e^logit, summed in 16 lanes everywhere; NaN or infinite if a logit is.</summary>
    private static float LogSumExp(ReadOnlySpan<float> logits)
    {
        var largest = float.NegativeInfinity;
        foreach (var logit in logits)
            largest = MathF.Max(largest, logit);
        var lanes = Vector512<float>.Zero;
        var i = 0;
        for (; i <= logits.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            lanes += PortableMath.Exp(Vector512.Create(logits[i..]) - Vector512.Create(largest));
        var sum = 0f;
        for (var lane = 0; lane < Vector512<float>.Count; lane++)
            sum += lanes[lane];
        for (; i < logits.Length; i++)
            sum += PortableMath.Exp(logits[i] - largest);
        return largest + (float)PortableMath.Log((double)sum);
    }
}
