using Mibera.Inference.Kernels;
using Mibera.Inference.State;

namespace Mibera.Inference.Memory;

/// <content>Saving and loading.</content>
internal sealed unsafe partial class KvCache
{
    public KvCacheType KeyType { get; }

    public KvCacheType ValueType { get; }

    /// <summary>Whether only careful readers may read it.</summary>
    public bool IsCareful => _careful;

    /// <summary>The groups of positions [0, <paramref name="length"/>) that are still here.</summary>
    public (int First, int Count) HeldGroups(int length)
    {
        var end = Groups(length);
        var first = Math.Min(end, FirstHeld / KvKernel.Group);
        return (first, end - first);
    }

    public void Write(HashedStream stream, int firstGroup, int groups, CancellationToken cancellationToken) =>
        ForEach(firstGroup, groups, bytes => stream.Write(bytes), _ => { }, cancellationToken);

    /// <summary>Reads groups; the earliest of more than fit are passed over.</summary>
    public void Read(HashedStream stream, int firstGroup, int groups, CancellationToken cancellationToken)
    {
        var skipped = new byte[Math.Max(_keyStorage.KeyGroupBytes(HeadDimension), _valueStorage.ValueGroupBytes(HeadDimension))];
        ForEach(firstGroup, groups, stream.Read, bytes => stream.Read(skipped.AsSpan(0, bytes)), cancellationToken);
    }

    /// <summary>Declares what was read to be the cache's contents.</summary>
    public void Restore(int length, int firstGroup, int groups, bool careful)
    {
        Length = length;
        FirstHeld = Math.Max(firstGroup, firstGroup + groups - _groups) * KvKernel.Group;
        _careful = careful;
    }

    private void ForEach(int firstGroup, int groups, SpanAction present, Action<int> absent, CancellationToken cancellationToken)
    {
        var (keyBytes, valueBytes) = (_keyStorage.KeyGroupBytes(HeadDimension), _valueStorage.ValueGroupBytes(HeadDimension));
        for (var layer = 0; layer < Layers; layer++)
        {
            for (var head = 0; head < Heads; head++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (var i = 0; i < groups; i++)
                    Visit(i, keyBytes, KeyGroup(layer, head, firstGroup + i));
                for (var i = 0; i < groups; i++)
                    Visit(i, valueBytes, ValueGroup(layer, head, firstGroup + i));
            }
        }

        void Visit(int i, int bytes, byte* group)
        {
            if (i >= groups - _groups)
                present(new Span<byte>(group, bytes));
            else
                absent(bytes);
        }
    }

    private delegate void SpanAction(Span<byte> bytes);
}
