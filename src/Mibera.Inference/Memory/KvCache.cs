using Mibera.Inference.Kernels;
using Mibera.Inference.Simd;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Memory;

/// <summary>
/// The keys and values of one sequence. Each layer and KV head has its keys contiguous over positions, in groups of 32,
/// and its values likewise. Position p lies in group p / 32, which takes place (p / 32) % groups: a cache of a
/// sliding-window model holds fewer groups than the sequence has and overwrites the oldest.
/// </summary>
internal sealed unsafe partial class KvCache : IDisposable
{
    // Keys of one token that are worth storing by several threads: about every line of their groups is touched, and one thread takes some
    // 5 µs for so many (17 µs for 192 KB, on Zen 5 from memory).
    private const int BytesWorthThreads = 64 * 1024;

    private readonly KvStorage _keyStorage;
    private readonly KvStorage _valueStorage;
    private readonly NativeBuffer _keys;
    private readonly NativeBuffer _values;
    private readonly int _groups;
    private volatile bool _careful;

    /// <param name="layers">Layers of the model.</param>
    /// <param name="heads">KV heads of a layer.</param>
    /// <param name="headDimension">Elements of a key and of a value.</param>
    /// <param name="positions">How many of the latest positions stay readable; rounded up to a multiple of 32.</param>
    /// <param name="keyType">How keys are kept.</param>
    /// <param name="valueType">How values are kept.</param>
    public KvCache(
        int layers, int heads, int headDimension, int positions, KvCacheType keyType = KvCacheType.F16, KvCacheType valueType = KvCacheType.F16)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(positions, 1);
        (Layers, Heads, HeadDimension) = (layers, heads, headDimension);
        _groups = Groups(positions);
        (KeyType, ValueType) = (keyType, valueType);
        _keyStorage = KvStorage.Get(keyType);
        _valueStorage = KvStorage.Get(valueType);
        _keys = new NativeBuffer((long)layers * heads * _groups * _keyStorage.KeyGroupBytes(headDimension));
        // Kernels take 32 elements of a value at a time and read (never use) up to 124 bytes behind the last head's end.
        _values = new NativeBuffer((long)layers * heads * _groups * _valueStorage.ValueGroupBytes(headDimension) + 128);
    }

    public int Layers { get; }

    public int Heads { get; }

    public int HeadDimension { get; }

    /// <summary>How many of the latest positions are readable.</summary>
    public int Capacity => _groups * KvKernel.Group;

    /// <summary>Positions [0, Length) have been written in every layer; those before <see cref="FirstHeld"/> are gone again.</summary>
    public int Length { get; private set; }

    /// <summary>The first position whose place no later one has taken. Writes that were never committed count: they may have been
    /// made in some layers.</summary>
    public int FirstHeld { get; private set; }

    /// <summary>What reads the keys' groups, as they are now.</summary>
    public KvKernel Keys => _careful ? _keyStorage.CarefulReader : _keyStorage.Reader;

    /// <summary>What reads the values' groups, as they are now.</summary>
    public KvKernel Values => _careful ? _valueStorage.CarefulReader : _valueStorage.Reader;

    /// <summary>Bytes of native memory.</summary>
    public long Bytes => _keys.Bytes + _values.Bytes;

    /// <summary>What a cache of these measures would take.</summary>
    public static long BytesFor(int layers, int heads, int headDimension, int positions, KvCacheType keyType, KvCacheType valueType) =>
        (long)layers * heads * Groups(positions)
        * (KvStorage.Get(keyType).KeyGroupBytes(headDimension) + KvStorage.Get(valueType).ValueGroupBytes(headDimension));

    /// <summary>The keys of positions 32 * <paramref name="group"/> and up.</summary>
    public byte* KeyGroup(int layer, int head, int group) => Group(_keys, _keyStorage.KeyGroupBytes(HeadDimension), layer, head, group);

    /// <summary>The values of positions 32 * <paramref name="group"/> and up.</summary>
    public byte* ValueGroup(int layer, int head, int group) => Group(_values, _valueStorage.ValueGroupBytes(HeadDimension), layer, head, group);

    /// <summary>
    /// Stores the keys and values [tokens][heads * head dimension] of positions <paramref name="first"/> and up in one
    /// layer; rows lie <paramref name="stride"/> floats apart. They count once <see cref="Commit"/> says so.
    /// </summary>
    public void Write(int layer, int first, int tokens, float* keys, float* values, long stride, WorkerPool pool)
    {
        var body = new WriteBody
        {
            Cache = this,
            Layer = layer,
            First = first,
            Tokens = tokens,
            KeyRows = keys,
            ValueRows = values,
            Stride = stride,
        };
        FirstHeld = Math.Max(FirstHeld, ((first + tokens - 1) / KvKernel.Group - _groups + 1) * KvKernel.Group);
        // By heads, not by tokens: positions of one group may share bytes.
        var alone = tokens == 1 && (long)Heads * _keyStorage.KeyGroupBytes(HeadDimension) < BytesWorthThreads;
        pool.Run(ref body, Heads, grain: alone ? Heads : 1);
    }

    /// <summary>Every layer holds positions up to <paramref name="length"/> now.</summary>
    public void Commit(int length) => Length = length;

    /// <summary>Forgets positions from <paramref name="length"/> on. What their places held before does not come back.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than the cache holds.</exception>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Length = length;
        if (length == 0)
            FirstHeld = 0;
    }

    /// <inheritdoc cref="PhysicalMemory"/>
    public void TakeMemory(WorkerPool pool) => PhysicalMemory.Take(pool, _keys, _values);

    public void Dispose()
    {
        _keys.Dispose();
        _values.Dispose();
    }

    private static int Groups(int positions) => (positions + KvKernel.Group - 1) / KvKernel.Group;

    private byte* Group(NativeBuffer buffer, int groupBytes, int layer, int head, int group) =>
        (byte*)buffer.Pointer + (((long)layer * Heads + head) * _groups + group % _groups) * groupBytes;

    private struct WriteBody : IParallelBody
    {
        // Tokens from the one that is stored to the one whose part of a row is fetched: rows lie pages apart, and processors do not see
        // which comes next. Golden Cove: converting halves takes a quarter of the time so (512 tokens of phi3-mini).
        private const int Lead = 2;

        public KvCache Cache;
        public int Layer;
        public int First;
        public int Tokens;
        public float* KeyRows;
        public float* ValueRows;
        public long Stride;

        public readonly void Execute(int worker, int begin, int end)
        {
            var width = Cache.HeadDimension;
            for (var head = begin; head < end; head++)
            {
                for (var t = 0; t < Tokens; t++)
                {
                    var (group, slot) = Math.DivRem(First + t, KvKernel.Group);
                    var offset = t * Stride + head * width;
                    if (t + Lead < Tokens)
                    {
                        Fetch(KeyRows + offset + Lead * Stride, width);
                        Fetch(ValueRows + offset + Lead * Stride, width);
                    }
                    var plain = Cache._keyStorage.WriteKey(Cache.KeyGroup(Layer, head, group), slot, KeyRows + offset, width);
                    plain &= Cache._valueStorage.WriteValue(Cache.ValueGroup(Layer, head, group), slot, ValueRows + offset, width);
                    if (!plain)
                        Cache._careful = true;
                }
            }
        }

        private static void Fetch(float* elements, int count)
        {
            for (var i = 0; i < count; i += Lanes.Count)
                Hint.Prefetch((byte*)(elements + i));
        }
    }
}
