namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Transposed activations and the sums of 16, as words: those of the eight even runs, then those of the odd ones, for
/// minimums of sub-blocks of 16.
/// </summary>
internal sealed unsafe class EvenAndOddSumsLayout(byte[] sixteens) : TransposedLayout(sixteens)
{
    /// <summary>Bytes of a packed block.</summary>
    public const int Size = SumsOffset + 64;

    public override int PackedBytes => Size;

    protected override void PackSums(short* sums, byte* target)
    {
        for (var j = 0; j < 16; j++)
            ((short*)(target + SumsOffset))[j % 2 * 8 + j / 2] = sums[j];
    }
}
