namespace Mibera.Inference.Kernels.Avx512;

/// <summary>Eight weights a byte, four bytes a unit: 16 bytes for each of the eight weights, to be repeated in all lanes.</summary>
internal sealed unsafe class BitLayout : UnitRunsLayout
{
    /// <summary>Bytes of four packed units.</summary>
    public const int Size = 320;

    /// <summary>Where the offsets begin.</summary>
    public const int OffsetsOffset = 128;

    public static readonly BitLayout Instance = new();

    public override int PackedBytes => Size;

    protected override void PackQuants(sbyte* quants, float* sums, byte* target)
    {
        for (var i = 0; i < 128; i++)
            target[16 * (i % 8) + i / 8] = (byte)quants[i];
        PackOffsets(sums, target + OffsetsOffset);
    }
}
