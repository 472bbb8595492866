namespace Mibera.Inference.Kernels;

/// <summary>How one type of cache stores its groups, and which kernels read them.</summary>
internal abstract unsafe class KvStorage(KvKernel reader, KvKernel carefulReader)
{
    private static readonly KvStorage Half = new KvStorage<KvHalfLayout, KvCarefulHalfLayout>();
    private static readonly KvStorage Eight = new KvStorage<KvQ80Layout, KvQ80Layout>();
    private static readonly KvStorage Four = new KvStorage<KvQ40Layout, KvQ40Layout>();
    private static readonly KvStorage Single = new KvStorage<KvFloatLayout, KvFloatLayout>();

    public static KvStorage Get(KvCacheType type) => type switch
    {
        KvCacheType.F16 => Half,
        KvCacheType.Q8_0 => Eight,
        KvCacheType.Q4_0 => Four,
        KvCacheType.F32 => Single,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No cache is kept in this type."),
    };

    /// <summary>Reads groups whose writes all returned true.</summary>
    public KvKernel Reader { get; } = reader;

    /// <summary>Reads any group.</summary>
    public KvKernel CarefulReader { get; } = carefulReader;

    /// <inheritdoc cref="IKvLayout.KeyGroupBytes"/>
    public abstract int KeyGroupBytes(int headDimension);

    /// <inheritdoc cref="IKvLayout.ValueGroupBytes"/>
    public abstract int ValueGroupBytes(int headDimension);

    /// <inheritdoc cref="IKvStorageLayout.WriteKey"/>
    public abstract bool WriteKey(byte* group, int slot, float* key, int headDimension);

    /// <inheritdoc cref="IKvStorageLayout.WriteValue"/>
    public abstract bool WriteValue(byte* group, int slot, float* value, int headDimension);
}

/// <summary>The storage of one layout.</summary>
internal sealed unsafe class KvStorage<TLayout, TCareful>() : KvStorage(new KvKernel<TLayout>(), new KvKernel<TCareful>())
    where TLayout : struct, IKvStorageLayout
    where TCareful : struct, IKvLayout
{
    public override int KeyGroupBytes(int headDimension) => TLayout.KeyGroupBytes(headDimension);

    public override int ValueGroupBytes(int headDimension) => TLayout.ValueGroupBytes(headDimension);

    public override bool WriteKey(byte* group, int slot, float* key, int headDimension) =>
        TLayout.WriteKey(group, slot, key, headDimension);

    public override bool WriteValue(byte* group, int slot, float* value, int headDimension) =>
        TLayout.WriteValue(group, slot, value, headDimension);
}
