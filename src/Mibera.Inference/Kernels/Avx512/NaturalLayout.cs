namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Activations in their own order, and minus the 16 sums of 16 as words, for quants with an offset.
/// </summary>
internal sealed unsafe class NaturalLayout : SuperBlockLayout
{
    /// <summary>Bytes of a packed block.</summary>
    public const int Size = SumsOffset + 64;

    /// <summary>Where the sums begin.</summary>
    public const int SumsOffset = 256;

    public static readonly NaturalLayout Instance = new();

    public override int PackedBytes => Size;

    protected override void PackBlock(sbyte* quants, short* sums, byte* target)
    {
        new ReadOnlySpan<sbyte>(quants, 256).CopyTo(new Span<sbyte>(target, 256));
        for (var j = 0; j < 16; j++)
            ((short*)(target + SumsOffset))[j] = (short)-sums[j];
    }
}
