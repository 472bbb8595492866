namespace Mibera.Inference.Kernels.Avx512;

/// <summary>Activations of four blocks in their own order, as signed bytes.</summary>
internal sealed unsafe class ByteLayout : SmallBlockLayout
{
    /// <summary>Bytes of four packed blocks.</summary>
    public const int Size = 256;

    public static readonly ByteLayout Instance = new();

    public override int PackedBytes => Size;

    protected override void PackQuants(sbyte* quants, float* sums, byte* target) =>
        new ReadOnlySpan<sbyte>(quants, 128).CopyTo(new Span<sbyte>(target, 128));
}
