using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Activations for signed codebooks: their magnitudes (as the unsigned factor), and bit 4 where they are negative, which
/// chooses the negated half of the codebook. So no product needs an offset, and none saturates.
/// <code>
/// byte 128 v + 64 n + i     |y|; byte 128 v + 64 n + i + 256: 16 where y is negative, else 0
/// </code>
/// Vector v, nibble n: y of weight 128 v + 32 (i / 16) + 16 n + i % 16, for formats whose 16 bytes hold 32 weights.
/// </summary>
internal sealed unsafe class SignedMagnitudeLayout : SuperBlockLayout
{
    /// <summary>Bytes of a packed block.</summary>
    public const int Size = 512;

    /// <summary>Where the signs begin.</summary>
    public const int SignsOffset = 256;

    public static readonly SignedMagnitudeLayout Instance = new();

    public override int PackedBytes => Size;

    protected override void PackBlock(sbyte* quants, short* sums, byte* target)
    {
        for (var sixteen = 0; sixteen < 16; sixteen++)
        {
            var y = Vector128.Load(quants + 16 * sixteen);
            var magnitudes = target + 128 * (sixteen / 8) + 64 * (sixteen % 2) + 16 * (sixteen / 2 % 4);
            // Quants are -127 or more.
            Vector128.Abs(y).AsByte().Store(magnitudes);
            (Vector128.LessThan(y, Vector128<sbyte>.Zero).AsByte() & Vector128.Create((byte)16)).Store(magnitudes + SignsOffset);
        }
    }
}
