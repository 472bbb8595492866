namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Four weights a byte, eight bytes a unit: the lane of a unit has the activations of two weights of each byte, first of
/// weights 0 and 1, in the second vector of 2 and 3.
/// </summary>
internal sealed unsafe class CrumbLayout : UnitRunsLayout
{
    /// <summary>Bytes of four packed units.</summary>
    public const int Size = 320;

    /// <summary>Where the offsets begin.</summary>
    public const int OffsetsOffset = 128;

    public static readonly CrumbLayout Instance = new();

    public override int PackedBytes => Size;

    protected override void PackQuants(sbyte* quants, float* sums, byte* target)
    {
        for (var i = 0; i < 128; i++)
        {
            var (unit, b, weight) = (i / 32, i % 32 / 4, i % 4);
            target[64 * (weight / 2) + 16 * unit + 8 * (weight % 2) + b] = (byte)quants[i];
        }
        PackOffsets(sums, target + OffsetsOffset);
    }
}
