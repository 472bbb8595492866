using System.Globalization;
using System.Numerics.Tensors;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Sampling;

/// <summary>Chooses the next token from the logits, by the steps of <see cref="SamplingOptions"/>.</summary>
/// <remarks>
/// For one session at a time. After its construction it allocates nothing. A token costs one random number, at temperature 0 none.
/// </remarks>
internal sealed class SamplerChain
{
    private readonly SamplingOptions _options;
    private readonly int _vocabulary;
    private readonly KeyValuePair<int, float>[] _biases;
    private readonly Penalties? _penalties;
    private readonly CandidateList? _candidates;
    private readonly Xoshiro256 _random;

    /// <summary>The logits as the steps before top-k change them; null if there are no such steps.</summary>
    private readonly float[]? _changed;

    /// <param name="options">The steps.</param>
    /// <param name="vocabulary">Tokens of the vocabulary.</param>
    /// <exception cref="ArgumentException">An option is NaN or out of its range.</exception>
    public SamplerChain(SamplingOptions options, int vocabulary)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabulary);
        options.Validate(vocabulary);
        _options = options;
        _vocabulary = vocabulary;
        _biases = [.. options.LogitBias];
        if (Penalties.AreOn(options)) _penalties = new Penalties(options, vocabulary);
        if (_biases.Length > 0 || _penalties is not null || options.LogitsProcessors.Count > 0) _changed = new float[vocabulary];
        if (!IsGreedy) _candidates = new CandidateList(HasTopK ? options.TopK : vocabulary);
        Seed = options.Seed ?? Xoshiro256.NewSeed();
        _random = new Xoshiro256(Seed);
    }

    /// <summary>The seed in use: the given one, or the one chosen in its absence.</summary>
    public ulong Seed { get; }

    /// <summary>Natural logarithm of the last token's probability in the model's own distribution, that of the logits as they came.</summary>
    public float LastLogProbability { get; private set; }

    private bool HasTopK => _options.TopK > 0 && _options.TopK < _vocabulary;

    private bool IsGreedy => _options.Temperature <= 0;

    /// <summary>The id of the chosen token.</summary>
    /// <param name="logits">[vocabulary], as the model computed them; they stay as they are.</param>
    /// <param name="tokens">The tokens so far, those of the prompt included, for penalties and processors.</param>
    /// <exception cref="NonFiniteLogitsException">A logit is NaN or infinite, or everything is forbidden.</exception>
    public int Sample(ReadOnlySpan<float> logits, ReadOnlySpan<int> tokens)
    {
        if (logits.Length != _vocabulary)
            throw new ArgumentException($"{logits.Length} logits for a vocabulary of {_vocabulary} tokens.", nameof(logits));
        if (!TensorPrimitives.IsFiniteAll(logits)) throw NonFinite(logits, "the weights are corrupt or do not fit the model");
        var changed = logits;
        if (_changed is not null)
        {
            logits.CopyTo(_changed);
            Change(_changed, tokens);
            changed = _changed;
        }

        int token = IsGreedy ? Likeliest(changed) : Draw(changed);
        LastLogProbability = LogProbabilities.Of(logits, token);
        return token;
    }

    private void Change(Span<float> logits, ReadOnlySpan<int> tokens)
    {
        foreach (var processor in _options.LogitsProcessors) processor.Process(tokens, logits);
        foreach (var (token, bias) in _biases) logits[token] += bias;
        _penalties?.Apply(tokens, logits);
        foreach (float logit in logits)
        {
            // Negative infinity is how a token is forbidden.
            if (!(logit < float.PositiveInfinity)) throw NonFinite(logits, "a logits processor or a penalty went too far");
        }
    }

    private static int Likeliest(ReadOnlySpan<float> logits)
    {
        float best = TensorPrimitives.Max(logits);
        // The first that equals the maximum: TensorPrimitives.IndexOfMax would take a positive zero rather than an earlier negative one.
        return best > float.NegativeInfinity ? logits.IndexOf(best) : throw NothingLeft();
    }

    private int Draw(ReadOnlySpan<float> logits)
    {
        var candidates = _candidates!;
        if (HasTopK) candidates.FillWithBest(logits, _options.TopK);
        else candidates.FillWithAll(logits);
        if (candidates.Count == 0) throw NothingLeft();
        Truncation.TypicalP(candidates, _options.TypicalP);
        Truncation.TopP(candidates, _options.TopP);
        Truncation.MinP(candidates, _options.MinP);
        return DrawOne(candidates.Items, candidates.Largest());
    }

    /// <summary>A candidate with the probability of its softmax at the temperature.</summary>
    private int DrawOne(Span<Candidate> items, float largest)
    {
        double sum = 0;
        foreach (ref var candidate in items)
        {
            // The difference first: logits divided by a tiny temperature could overflow.
            candidate = candidate with { Key = PortableMath.Exp((candidate.Logit - largest) / _options.Temperature) };
            sum += candidate.Key;
        }

        double target = _random.NextDouble() * sum, reached = 0;
        int chosen = items[0].Id;
        foreach (ref readonly var candidate in items)
        {
            if (candidate.Key == 0) continue;
            chosen = candidate.Id;
            reached += candidate.Key;
            if (reached > target) break;
        }

        return chosen;
    }

    /// <summary>The error for the first NaN or positive infinity, or without one for the first negative infinity.</summary>
    private static NonFiniteLogitsException NonFinite(ReadOnlySpan<float> logits, string cause)
    {
        int token = 0;
        while (token < logits.Length && logits[token] < float.PositiveInfinity) token++;
        if (token == logits.Length) token = logits.IndexOf(float.NegativeInfinity);
        string value = logits[token].ToString(CultureInfo.InvariantCulture);
        return new NonFiniteLogitsException($"The logit of token {token} is {value}: {cause}.") { TokenId = token };
    }

    private static NonFiniteLogitsException NothingLeft() => new("Every token is forbidden: no logit is above negative infinity.");
}
