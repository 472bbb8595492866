using System.Runtime.InteropServices;
using Mibera.Inference.Kernels;
using Mibera.Inference.State;

namespace Mibera.Inference.Models;

/// <content>Saving and loading; <see cref="StateHeader"/> draws the layout.</content>
internal sealed unsafe partial class Sequence
{
    public void Save(Stream destination, byte[] fingerprint, CancellationToken cancellationToken)
    {
        // A cache that has lost what the next position sees is of no use: the tokens alone bring it back.
        var computed = CanContinue() ? _computed : 0;
        var (first, groups) = _cache.HeldGroups(computed);
        var hasLogits = computed > 0 && computed == Count && _logitsOf == Count;
        var stream = new HashedStream(destination);
        stream.Write(new StateHeader
        {
            Fingerprint = fingerprint,
            KeyType = _cache.KeyType,
            ValueType = _cache.ValueType,
            Tokens = Count,
            Computed = computed,
            FirstGroup = first,
            Groups = groups,
            Flags = (hasLogits ? StateFlags.Logits : 0) | (_rope is not null && _ropes.IsLong(_rope) ? StateFlags.LongFactors : 0)
                | (_cache.IsCareful ? StateFlags.Careful : 0),
        }.ToBytes());
        stream.Write(MemoryMarshal.AsBytes(Tokens));
        if (hasLogits)
            stream.Write(MemoryMarshal.AsBytes(Logits));
        _cache.Write(stream, first, groups, cancellationToken);
        stream.WriteHash();
    }

    /// <summary>Takes the place of whatever the sequence was. After an error it is empty.</summary>
    public void Load(Stream source, byte[] fingerprint, CancellationToken cancellationToken)
    {
        Truncate(0);
        var stream = new HashedStream(source);
        var bytes = new byte[StateHeader.Size];
        stream.Read(bytes);
        var header = StateHeader.Parse(bytes);
        Check(header, fingerprint);
        stream.Read(MemoryMarshal.AsBytes(_tokens.AsSpan(0, header.Tokens)));
        foreach (var token in _tokens.AsSpan(0, header.Tokens))
        {
            if ((uint)token >= (uint)_transformer.Config.Vocabulary)
                throw new SessionStateException($"the saved session has a token {token}; ids are 0 to {_transformer.Config.Vocabulary - 1}.");
        }
        var hasLogits = header.Flags.HasFlag(StateFlags.Logits);
        if (hasLogits)
            stream.Read(MemoryMarshal.AsBytes(Logits));
        _cache.Read(stream, header.FirstGroup, header.Groups, cancellationToken);
        stream.CheckHash();
        _cache.Restore(header.Computed, header.FirstGroup, header.Groups, header.Flags.HasFlag(StateFlags.Careful));
        (Count, _computed, _logitsOf) = (header.Tokens, header.Computed, hasLogits ? header.Tokens : 0);
        _rope = _ropes.Get(header.Flags.HasFlag(StateFlags.LongFactors));
    }

    /// <summary>Every figure is compared with this sequence before anything is read or allocated by it.</summary>
    private void Check(StateHeader header, byte[] fingerprint)
    {
        if (!header.Fingerprint.AsSpan().SequenceEqual(fingerprint))
            throw new SessionStateException("the saved session is of another model, or of this one with other options.");
        if ((header.KeyType, header.ValueType) != (_cache.KeyType, _cache.ValueType))
        {
            throw new SessionStateException(
                $"the saved session keeps keys as {Name(header.KeyType)} and values as {Name(header.ValueType)}, this one as {_cache.KeyType} and {_cache.ValueType}.");
        }
        if (header.Tokens > Capacity)
            throw new ContextFullException($"The saved session has {header.Tokens} tokens, the context only {Capacity} positions.");
        var expected = (header.Computed + KvKernel.Group - 1) / KvKernel.Group;
        var isSound = header.Tokens >= 0 && header.Computed >= 0 && header.Computed <= header.Tokens
            && header.FirstGroup >= 0 && header.FirstGroup <= expected && header.Groups == expected - header.FirstGroup
            && (header.FirstGroup == 0 || _transformer.Config.SlidingWindow > 0)
            && (header.Flags & ~StateFlags.All) == 0
            && (!header.Flags.HasFlag(StateFlags.Logits) || (header.Computed == header.Tokens && header.Tokens > 0));
        if (!isSound)
            throw new SessionStateException("the saved session is damaged: the counts in its head contradict each other.");
    }

    private static string Name(KvCacheType type) => Enum.IsDefined(type) ? type.ToString() : $"type {(int)type}";
}
