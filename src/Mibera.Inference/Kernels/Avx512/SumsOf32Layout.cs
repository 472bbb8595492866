namespace Mibera.Inference.Kernels.Avx512;

/// <summary>Transposed activations and the eight sums of 32, as words, for minimums of sub-blocks of 32.</summary>
internal sealed unsafe class SumsOf32Layout(byte[] sixteens) : TransposedLayout(sixteens)
{
    /// <summary>Bytes of a packed block.</summary>
    public const int Size = SumsOffset + 64;

    public override int PackedBytes => Size;

    protected override void PackSums(short* sums, byte* target)
    {
        // |sum| <= 32 * 127.
        for (var j = 0; j < 8; j++)
            ((short*)(target + SumsOffset))[j] = (short)(sums[2 * j] + sums[2 * j + 1]);
    }
}
