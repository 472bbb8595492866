using Mibera.Inference.Kernels;
using Mibera.Inference.Memory;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Models;

/// <summary>
/// One sequence of tokens with its KV cache: takes tokens, computes them, gives logits, forgets from the end. Not
/// thread-safe.
/// </summary>
internal sealed unsafe partial class Sequence : IDisposable
{
    // Positions whose logits are computed together when all are wanted: 13 MB for a vocabulary of 100,000.
    private const int LogitsBlock = 32;

    private readonly Transformer _transformer;
    private readonly RopeSelector _ropes;
    private readonly KvCache _cache;
    private readonly ForwardBuffers _buffers;
    private readonly PinnedFloats _logits;
    private readonly int[] _tokens;
    private NativeBuffer? _blockLogits;
    private RopeFrequencies? _rope;
    private int _computed;
    private int _logitsOf;

    public Sequence(Transformer transformer, RopeSelector ropes, int capacity, int batch, int microBatch, KvCacheType keyType, KvCacheType valueType)
    {
        (_transformer, _ropes) = (transformer, ropes);
        var config = transformer.Config;
        _tokens = new int[capacity];
        _cache = new KvCache(config.Layers, config.KvHeads, config.HeadDimension, CachePositions(config, capacity, microBatch), keyType, valueType);
        _buffers = transformer.CreateBuffers(_cache, Math.Min(batch, capacity), microBatch);
        _logits = new PinnedFloats(config.Vocabulary);
    }

    public int Capacity => _tokens.Length;

    /// <summary>
    /// Positions that the cache of such a sequence holds: all, or those that a micro-batch sees through the model's window. Their
    /// first group of 32 and their last may be seen in part.
    /// </summary>
    public static int CachePositions(ModelConfig config, int capacity, int microBatch) => config.SlidingWindow == 0
        ? capacity
        : (int)Math.Min(capacity, config.SlidingWindow - 1L + Math.Min(microBatch, capacity) + KvKernel.Group);

    /// <summary>Bytes of a sequence's cache.</summary>
    public static long CacheBytes(ModelConfig config, int capacity, int microBatch, KvCacheType keyType, KvCacheType valueType) =>
        KvCache.BytesFor(config.Layers, config.KvHeads, config.HeadDimension, CachePositions(config, capacity, microBatch), keyType, valueType);

    /// <summary>Bytes that a sequence of these measures takes beside its cache.</summary>
    public static long ScratchBytes(ModelConfig config, int capacity, int batch, int microBatch, int threads, bool gated) =>
        ForwardBuffers.BytesFor(config, CachePositions(config, capacity, microBatch), threads, Math.Min(batch, capacity), microBatch, gated)
        + (1 + LogitsBlock) * (long)config.Vocabulary * sizeof(float) + (long)capacity * sizeof(int);

    /// <summary>Tokens taken, computed or not.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them are computed.</summary>
    public int Computed => _computed;

    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>How often everything was computed anew: the sequence crossed LongRoPE's boundary, or was cut back to where the cache
    /// of a sliding-window model holds no keys any more.</summary>
    public int Reprefills { get; private set; }

    /// <summary>Logits of the last computed position [vocabulary]; writable, for samplers work in place.</summary>
    public Span<float> Logits => _logits.Span;

    /// <inheritdoc cref="PhysicalMemory"/>
    public void TakeMemory(WorkerPool pool)
    {
        _cache.TakeMemory(pool);
        _buffers.TakeMemory(pool);
    }

    /// <summary>Takes tokens without computing them.</summary>
    /// <exception cref="ContextFullException">They do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public void Push(ReadOnlySpan<int> tokens)
    {
        if (tokens.Length > Capacity - Count)
            throw new ContextFullException($"{tokens.Length} more tokens do not fit: the context has {Capacity} positions, {Count} of them used.");
        foreach (var token in tokens)
        {
            if ((uint)token >= (uint)_transformer.Config.Vocabulary)
                throw new ArgumentOutOfRangeException(nameof(tokens), token, $"Token ids are 0 to {_transformer.Config.Vocabulary - 1}.");
        }
        tokens.CopyTo(_tokens.AsSpan(Count));
        Count += tokens.Length;
    }

    /// <summary>
    /// Computes the tokens that were taken since the last call; <paramref name="positions"/> gets the logits of each of
    /// them. Returns how many there were. After a cancelled or failed call they are still to be computed.
    /// </summary>
    public int Compute(PositionLogits? positions, CancellationToken cancellationToken) => Compute(positions, null, cancellationToken);

    /// <summary>Computes the tokens that were taken since the last call, without logits; <paramref name="hidden"/> gets the final
    /// normed hidden state of each.</summary>
    public void ComputeHidden(HiddenState hidden, CancellationToken cancellationToken) => Compute(null, hidden, cancellationToken);

    private int Compute(PositionLogits? positions, HiddenState? hidden, CancellationToken cancellationToken)
    {
        var added = Count - _computed;
        if (added == 0 && _logitsOf == Count)
            return 0;
        var reportFrom = _computed;
        // After tokens were forgotten the logits of the last one that is left are wanted again.
        if (added == 0)
            _computed--;
        var rope = _ropes.For(Count);
        // Deeper keys and values depend on the rotary factors, too: with other factors everything is computed anew.
        if (_computed > 0 && (rope != _rope || !CanContinue()))
            (_computed, Reprefills) = (0, Reprefills + 1);
        if (_computed == 0)
            _cache.Truncate(0);
        _rope = rope;
        while (_computed < Count)
            ComputeBatch(reportFrom, positions, hidden, cancellationToken);
        return added;
    }

    /// <summary>Forgets all tokens from <paramref name="count"/> on.</summary>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        Count = count;
        // Keys made with the factors of a longer sequence are of no use to a shorter one: Compute sees to that.
        _computed = Math.Min(_computed, count);
        _cache.Truncate(_computed);
        if (count < _logitsOf)
            _logitsOf = 0;
    }

    /// <summary>
    /// Forgets <paramref name="count"/> tokens from <paramref name="start"/> on; those behind move up. Computed ones keep their
    /// keys and values, the keys turned to the new positions.
    /// </summary>
    public void Discard(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)start + count, Count);
        var end = start + count;
        _cache.Truncate(_computed);
        if (_computed <= end)
            _cache.Truncate(Math.Min(_computed, start));
        else if (_cache.FirstHeld > 0)
        {
            // Keys that are gone cannot be turned: what stays is computed anew.
            _cache.Truncate(0);
            Reprefills++;
        }
        else
            _cache.Discard(start, count, _rope!, _transformer.Pool);
        _computed = _cache.Length;
        // The last position's logits stay unless it is gone itself.
        _logitsOf = _logitsOf == Count && end < Count && _computed == Count - count ? _computed : 0;
        _tokens.AsSpan(end, Count - end).CopyTo(_tokens.AsSpan(start));
        Count -= count;
    }

    public void Dispose()
    {
        _cache.Dispose();
        _buffers.Dispose();
        _blockLogits?.Dispose();
    }

    /// <summary>Whether the cache still holds what the next position sees.</summary>
    private bool CanContinue()
    {
        var window = _transformer.Config.SlidingWindow;
        return window == 0 || Math.Max(0, _computed - window + 1) >= _cache.FirstHeld;
    }

    private void ComputeBatch(int reportFrom, PositionLogits? positions, HiddenState? hidden, CancellationToken cancellationToken)
    {
        var first = _computed;
        var count = Math.Min(_buffers.Batch, Count - first);
        _transformer.Forward(_tokens.AsSpan(first, count), first, _cache, _rope!, _buffers, cancellationToken);
        if (positions is not null)
        {
            var block = Math.Min(LogitsBlock, _buffers.MicroBatch);
            for (var position = Math.Max(first, reportFrom); position < first + count; position += block)
                Report(position, Math.Min(block, first + count - position), first, positions, cancellationToken);
        }
        if (hidden is not null)
        {
            ReportHidden(first, count, reportFrom, hidden);
        }
        else if (first + count == Count)
        {
            _transformer.Logits(count - 1, 1, _buffers, _logits.Pointer, cancellationToken);
            _logitsOf = Count;
        }
        _computed = first + count;
    }

    private void ReportHidden(int first, int count, int reportFrom, HiddenState hidden)
    {
        var width = _transformer.Config.Embedding;
        for (var start = 0; start < count; start += _buffers.MicroBatch)
        {
            var rows = Math.Min(_buffers.MicroBatch, count - start);
            _transformer.Finish(start, rows, _buffers);
            for (var row = 0; row < rows; row++)
            {
                if (first + start + row >= reportFrom)
                    hidden(new ReadOnlySpan<float>(_buffers.Normed.Row(row), width));
            }
        }
    }

    private void Report(int position, int count, int first, PositionLogits positions, CancellationToken cancellationToken)
    {
        var vocabulary = _transformer.Config.Vocabulary;
        _blockLogits ??= new NativeBuffer((long)LogitsBlock * vocabulary * sizeof(float));
        var logits = (float*)_blockLogits.Pointer;
        _transformer.Logits(position - first, count, _buffers, logits, cancellationToken);
        for (var i = 0; i < count; i++)
            positions(position + i, new ReadOnlySpan<float>(logits + (long)i * vocabulary, vocabulary));
    }
}
