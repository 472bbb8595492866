using Microsoft.Extensions.AI;

namespace Mibera.Inference.Extensions.AI;

/// <summary>
/// A model as <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>: pooled hidden states. Stateless; calls may come from any thread.
/// </summary>
public sealed class MiberaEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly LanguageModel _model;
    private readonly EmbeddingOptions _defaults;
    private readonly EmbeddingGeneratorMetadata _metadata;
    private volatile bool _disposed;

    /// <param name="model">The model; it stays the caller's to dispose, after the generator.</param>
    /// <param name="options">Pooling and length where a call does not say otherwise; null: the mean, of length 1.</param>
    public MiberaEmbeddingGenerator(LanguageModel model, EmbeddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        (_model, _defaults) = (model, options ?? new EmbeddingOptions());
        _metadata = new EmbeddingGeneratorMetadata(
            "mibera", defaultModelId: Path.GetFileNameWithoutExtension(model.FilePath), defaultModelDimensions: model.EmbeddingLength);
    }

    /// <summary>The vectors of some texts, in their order, with the number of tokens read as usage.</summary>
    /// <param name="values">The texts.</param>
    /// <param name="options">An <see cref="EmbeddingOptions"/> made by its
    /// <see cref="EmbeddingGenerationOptions.RawRepresentationFactory"/> takes the place of the generator's; null: the defaults.</param>
    /// <param name="cancellationToken">Stops the work within a layer of the network.</param>
    /// <exception cref="NotSupportedException">The options ask for other dimensions than the model's vectors have.</exception>
    /// <exception cref="ContextFullException">A text has more tokens than <see cref="LanguageModel.ContextLength"/>.</exception>
    /// <exception cref="ArgumentException">A text is empty, and the model adds no BOS token.</exception>
    /// <exception cref="ObjectDisposedException">The generator, or the model, is disposed.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var vectors = await _model.EmbedAsync([.. values], Read(options), cancellationToken).ConfigureAwait(false);
        var created = DateTimeOffset.UtcNow;
        var tokens = vectors.Sum(v => (long)v.TokenCount);
        return new GeneratedEmbeddings<Embedding<float>>(
            vectors.Select(v => new Embedding<float>(v.Vector) { CreatedAt = created, ModelId = _metadata.DefaultModelId }))
        {
            Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens },
        };
    }

    /// <summary>The generator itself, its <see cref="EmbeddingGeneratorMetadata"/>, or its <see cref="LanguageModel"/>.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        if (serviceType == typeof(EmbeddingGeneratorMetadata))
            return _metadata;
        if (serviceType == typeof(LanguageModel))
            return _model;
        return serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Ends the generator; the model stays.</summary>
    public void Dispose() => _disposed = true;

    private EmbeddingOptions Read(EmbeddingGenerationOptions? options)
    {
        if (options?.Dimensions is { } dimensions && dimensions != _model.EmbeddingLength)
        {
            throw new NotSupportedException(
                $"EmbeddingGenerationOptions.Dimensions is {dimensions}, the model's vectors have {_model.EmbeddingLength}: leave it null, or shorten them yourself.");
        }
        return options?.RawRepresentationFactory?.Invoke(this) switch
        {
            null => _defaults,
            EmbeddingOptions own => own,
            var other => throw new NotSupportedException(
                $"EmbeddingGenerationOptions.RawRepresentationFactory made a {other.GetType()}, expected {typeof(EmbeddingOptions)} or null."),
        };
    }
}
