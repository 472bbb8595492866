using Mibera.Inference.Numerics;
using Mibera.Inference.Sampling;

namespace Mibera.Inference;

/// <summary>
/// How surprised a model is by a text, as llama.cpp measures it: the text is cut into chunks of the context, each begun
/// with BOS where the model adds one; the second half of each chunk is scored.
/// </summary>
public sealed class Perplexity
{
    private double _negativeLogProbability;

    private Perplexity(int chunks, int contextLength) => (Chunks, ContextLength) = (chunks, contextLength);

    /// <summary>Chunks of the text.</summary>
    public int Chunks { get; }

    /// <summary>Chunks measured so far.</summary>
    public int ChunksDone { get; private set; }

    /// <summary>Tokens of a chunk.</summary>
    public int ContextLength { get; }

    /// <summary>Tokens scored so far.</summary>
    public long Scored { get; private set; }

    /// <summary>exp of the mean of -log p over the scored tokens.</summary>
    public double Value => PortableMath.Exp(_negativeLogProbability / Scored);

    /// <summary>Measures a text.</summary>
    /// <param name="model">The model.</param>
    /// <param name="text">At least <paramref name="contextLength"/> tokens of text.</param>
    /// <param name="contextLength">Tokens of a chunk, 4 or more.</param>
    /// <param name="progress">Told after each chunk.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    /// <exception cref="ArgumentException">The text is too short.</exception>
    /// <exception cref="NonFiniteLogitsException">The model computes no numbers.</exception>
    public static Perplexity Measure(
        LanguageModel model, string text, int contextLength, IProgress<Perplexity>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 4);
        return Measure(model, model.Tokenizer.Encode(text, addBos: true), contextLength, progress, cancellationToken);
    }

    /// <summary>Measures the text of some tokens.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenIds">At least <paramref name="contextLength"/> tokens, the first of which is BOS where the model adds one.</param>
    /// <param name="contextLength">Tokens of a chunk, 4 or more.</param>
    /// <param name="progress">Told after each chunk.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    /// <exception cref="ArgumentException">There are fewer tokens than a chunk has.</exception>
    /// <exception cref="NonFiniteLogitsException">The model computes no numbers.</exception>
    public static Perplexity Measure(
        LanguageModel model, ReadOnlySpan<int> tokenIds, int contextLength, IProgress<Perplexity>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 4);
        if (tokenIds.Length < contextLength)
            throw new ArgumentException($"The text has {tokenIds.Length} tokens, a chunk {contextLength}: give a longer text or a smaller context.", nameof(tokenIds));
        var result = new Perplexity(tokenIds.Length / contextLength, contextLength);
        using var session = model.CreateSession(contextLength);
        for (var chunk = 0; chunk < result.Chunks; chunk++)
        {
            result.Score(session, tokenIds.Slice(chunk * contextLength, contextLength).ToArray(), cancellationToken);
            progress?.Report(result);
        }
        return result;
    }

    private void Score(InferenceSession session, int[] chunk, CancellationToken cancellationToken)
    {
        var tokenizer = session.Model.Tokenizer;
        if (tokenizer.AddBos && tokenizer.BosId is { } bos)
            chunk[0] = bos;
        session.Truncate(0);
        session.Evaluate(chunk, (position, logits) =>
        {
            if (position < ContextLength / 2 || position + 1 >= ContextLength)
                return;
            var logProbability = LogProbabilities.Of(logits, chunk[position + 1]);
            if (!float.IsFinite(logProbability))
            {
                throw new NonFiniteLogitsException(
                    $"{session.Model.FilePath}: the logits of position {position} are not finite: the weights are corrupt or do not fit the model", session.Model.FilePath);
            }
            _negativeLogProbability -= logProbability;
            Scored++;
        }, cancellationToken);
        ChunksDone++;
    }
}
