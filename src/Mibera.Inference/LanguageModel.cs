using Mibera.Inference.Chat;
using Mibera.Inference.Diagnostics;
using Mibera.Inference.Gguf;
using Mibera.Inference.Memory;
using Mibera.Inference.Models;
using Mibera.Inference.State;
using Mibera.Inference.Threading;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mibera.Inference;

/// <summary>
/// A loaded model: its weights are immutable and shared by any number of sessions on any threads.
/// </summary>
/// <remarks>
/// It may be disposed at any moment and by any thread: calls of its sessions that are under way end within a layer of the network
/// with an <see cref="ObjectDisposedException"/>, as every later one does, and the file is unmapped when they have returned.
/// </remarks>
public sealed partial class LanguageModel : IDisposable, IAsyncDisposable
{
    private readonly GgufFile _file;
    private readonly WorkerPool _pool;
    private readonly Transformer _transformer;
    private readonly TransformerWeights _weights;
    private readonly RopeSelector _ropes;
    private readonly ComputeThreads _threads = new();
    private readonly Lifetime _lifetime;
    private readonly Lazy<byte[]> _fingerprint;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private long _sessionBytes;

    private LanguageModel(
        GgufFile file, TransformerWeights weights, WorkerPool pool, ModelConfig config, Tokenizer tokenizer, LoadReport report, MemoryPlan plan, ModelOptions options)
    {
        (_file, _weights, _pool, MemoryPlan) = (file, weights, pool, plan);
        _transformer = new Transformer(config, weights, pool);
        _ropes = new RopeSelector(config.Rope, options.LongRope);
        (Tokenizer, LoadReport) = (tokenizer, report);
        _logger = (ILogger?)options.LoggerFactory?.CreateLogger<LanguageModel>() ?? NullLogger.Instance;
        var threads = _threads;
        _fingerprint = new Lazy<byte[]>(() => ModelFingerprint.Of(file, config), LazyThreadSafetyMode.PublicationOnly);
        _lifetime = new Lifetime(() =>
        {
            threads.End();
            pool.Dispose();
            weights.Dispose();
            file.Dispose();
        });
    }

    /// <summary>Ends the threads of a model that was dropped and not disposed, and unmaps its file.</summary>
    ~LanguageModel()
    {
        // Not here: ending a thread may take a moment, for which no other finalizer should wait.
        if (_lifetime is not null)
            ThreadPool.UnsafeQueueUserWorkItem(static lifetime => lifetime.End(), _lifetime, preferLocal: false);
    }

    /// <summary>The file that was loaded; of a split model the first part.</summary>
    public string FilePath => _file.FilePath;

    /// <summary>What loading found, assumed and overruled.</summary>
    public LoadReport LoadReport { get; }

    /// <summary>What the model takes in memory, and what was chosen so that it fits.</summary>
    public MemoryPlan MemoryPlan { get; }

    /// <summary>The model's vocabulary.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Tokens that end a generation: the file's own, those that are known by name, and the published model's.</summary>
    public IReadOnlySet<int> EndOfGenerationIds { get; private init; } = new HashSet<int>();

    /// <summary>The chat template in the file, Jinja source; null where it has none.</summary>
    public string? ChatTemplate { get; private init; }

    /// <summary>Rows of the output projection: the length of every logits span.</summary>
    public int VocabularySize => _transformer.Config.Vocabulary;

    /// <summary>Width of the residual stream: the length of an embedding.</summary>
    public int EmbeddingLength => _transformer.Config.Embedding;

    /// <summary>Positions the model was trained for.</summary>
    public int TrainingContextLength => _transformer.Config.ContextLength;

    /// <summary>Positions of a session's KV cache unless it asks for others.</summary>
    public int ContextLength => MemoryPlan.ContextLength;

    /// <summary>What was read because the weights exceed the memory.</summary>
    public StreamingStatistics Streaming => _weights.Store is StreamedWeightStore store ? store.Statistics : default;

    /// <summary>Threads of the worker pool.</summary>
    public int ThreadCount => _pool.ThreadCount;

    internal ModelConfig Config => _transformer.Config;

    /// <summary>Tells whose a saved session is. Reads from the file.</summary>
    internal byte[] Fingerprint => _fingerprint.Value;

    internal ILogger Logger => _logger;

    internal bool IsDisposed => _lifetime.IsEnded;

    internal IReadOnlyList<Thread> Workers => _pool.Threads;

    /// <summary>Bytes of all sessions that are neither disposed nor collected.</summary>
    internal long SessionBytes
    {
        get
        {
            lock (_gate)
                return _sessionBytes;
        }
    }

    /// <summary>Loads a model from a GGUF file; of a split model name the first part.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to load it; null: the defaults.</param>
    /// <param name="progress">Told how far loading has come.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    /// <exception cref="ModelIOException">The file cannot be opened or read.</exception>
    /// <exception cref="GgufFormatException">The file is no valid GGUF file, or a key has an impossible value.</exception>
    /// <exception cref="UnsupportedModelException">The file holds no model that this engine knows.</exception>
    public static Task<LanguageModel> LoadAsync(
        string path, ModelOptions? options = null, IProgress<LoadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new ModelOptions();
        options.Validate();
        // A thread of its own: reading gigabytes would hold one of the host's pool for a long time.
        return Task.Factory.StartNew(
            () => Load(path, options, progress, cancellationToken), cancellationToken,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
    }

    /// <summary>A session: one conversation or text, with a KV cache of its own.</summary>
    /// <param name="contextLength">Positions of its KV cache; null: <see cref="ContextLength"/>.</param>
    /// <exception cref="MemoryBudgetException">The system does not give that much memory, or the model was loaded with a budget that the session would exceed.</exception>
    public InferenceSession CreateSession(int? contextLength = null)
    {
        using var use = UseMemory();
        var capacity = contextLength ?? ContextLength;
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1, nameof(contextLength));
        var bytes = BytesOfSession(capacity);
        Reserve(capacity, bytes);
        Sequence? sequence = null;
        try
        {
            sequence = Start(_transformer, _ropes, capacity, MemoryPlan);
            if (MemoryPlan.IsBudgetGiven)
                sequence.TakeMemory(_pool);
            var session = new InferenceSession(this, sequence, bytes);
            _logger.SessionOpened(capacity, bytes);
            return session;
        }
        catch (Exception e)
        {
            sequence?.Dispose();
            Release(bytes);
            if (e is not (MemoryBudgetException or OutOfMemoryException))
                throw;
            throw new MemoryBudgetException(
                $"{FilePath}: the system gives no memory for a context of {capacity} positions ({new ByteSize(bytes)} with working memory) "
                + $"in batches of {Math.Min(capacity, MemoryPlan.BatchSize)} tokens: ask for a shorter context or smaller batches",
                FilePath, e);
        }
    }

    /// <summary>A conversation: messages instead of text, rendered by the model's chat template.</summary>
    /// <param name="options">System prompt, template, tools, context; null: the defaults.</param>
    /// <exception cref="ArgumentException">The template is neither a known name nor Jinja, or the tools are no list.</exception>
    /// <exception cref="ChatTemplateException">The template cannot be parsed.</exception>
    /// <exception cref="UnsupportedModelException">The file has no template, and nothing else tells the model's chat format.</exception>
    /// <exception cref="MemoryBudgetException">As <see cref="CreateSession"/>.</exception>
    public ChatSession CreateChat(ChatOptions? options = null)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return new ChatSession(this, options ?? new ChatOptions());
    }

    /// <summary>The vectors of some texts, in their order: their tokens' final hidden states behind the output norm, pooled.</summary>
    /// <param name="texts">The texts; special tokens in them are text.</param>
    /// <param name="options">Pooling and length; null: the mean, of length 1.</param>
    /// <param name="cancellationToken">Stops the work within a layer of the network.</param>
    /// <remarks>Language models are not trained for this; models made for retrieval compare texts better.</remarks>
    /// <exception cref="ContextFullException">A text has more tokens than <see cref="ContextLength"/>.</exception>
    /// <exception cref="MemoryBudgetException">There is no memory for another session.</exception>
    /// <exception cref="NonFiniteLogitsException">The model computes no numbers.</exception>
    /// <exception cref="ArgumentException">A text is empty, and the model adds no BOS token.</exception>
    public async Task<IReadOnlyList<TextEmbedding>> EmbedAsync(
        IReadOnlyList<string> texts, EmbeddingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        options ??= new EmbeddingOptions();
        if (texts.Count == 0)
            return [];
        return await RunAsync(() =>
        {
            int[][] ids = [.. texts.Select(text => Embedder.Encode(this, text, options, nameof(texts)))];
            return Embedder.Embed(this, ids, options, cancellationToken);
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The vector of a text.</summary>
    /// <inheritdoc cref="EmbedAsync(IReadOnlyList{string}, EmbeddingOptions?, CancellationToken)"/>
    public async Task<TextEmbedding> EmbedAsync(string text, EmbeddingOptions? options = null, CancellationToken cancellationToken = default) =>
        (await EmbedAsync([text], options, cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Frees the weights, as soon as no call of a session uses them.</summary>
    public void Dispose()
    {
        _lifetime.End();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the weights, and waits until that is done and the file is closed.</summary>
    public ValueTask DisposeAsync()
    {
        _lifetime.End();
        GC.SuppressFinalize(this);
        return new ValueTask(_lifetime.Freed);
    }

    /// <inheritdoc cref="Lifetime.Stop"/>
    internal CancellationToken Stop => _lifetime.Stop;

    /// <summary>Weights and threads stay until the result is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    internal MemoryUse UseMemory()
    {
        ObjectDisposedException.ThrowIf(!_lifetime.TryEnter(), this);
        return new MemoryUse(_lifetime);
    }

    /// <summary>Runs <paramref name="work"/> on a thread of the model's own.</summary>
    internal Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<T>(cancellationToken) : _threads.Run(work);

    internal void Release(long sessionBytes)
    {
        lock (_gate)
            _sessionBytes -= sessionBytes;
    }

    private long BytesOfSession(int capacity) =>
        Sequence.CacheBytes(Config, capacity, MemoryPlan.MicroBatchSize, MemoryPlan.KeyCacheType, MemoryPlan.ValueCacheType)
        + Sequence.ScratchBytes(Config, capacity, MemoryPlan.BatchSize, MemoryPlan.MicroBatchSize, ThreadCount, _weights.IsGated);

    private void Reserve(int capacity, long bytes)
    {
        lock (_gate)
        {
            var left = MemoryPlan.Budget.Bytes - MemoryPlan.Total.Bytes + MemoryPlan.KvCache.Bytes + MemoryPlan.Scratch.Bytes - _sessionBytes;
            if (MemoryPlan.IsBudgetGiven && bytes > left)
            {
                throw new MemoryBudgetException(
                    $"{FilePath}: another session of {capacity} positions takes {new ByteSize(bytes)}; {new ByteSize(Math.Max(0, left))} of the budget of {MemoryPlan.Budget} are left. "
                    + "Dispose a session, ask for fewer positions, or load the model with a larger budget.", FilePath);
            }
            _sessionBytes += bytes;
        }
    }

    private static Sequence Start(Transformer transformer, RopeSelector ropes, int capacity, MemoryPlan plan) =>
        new(transformer, ropes, capacity, plan.BatchSize, plan.MicroBatchSize, plan.KeyCacheType, plan.ValueCacheType);
}
