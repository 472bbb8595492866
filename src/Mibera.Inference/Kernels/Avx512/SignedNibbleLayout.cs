using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// As <see cref="NibbleLayout"/>, for signed codebooks: the magnitudes of the activations, and in a second pair of vectors
/// bit 4 where they are negative.
/// </summary>
internal sealed unsafe class SignedNibbleLayout : SmallBlockLayout
{
    /// <summary>Bytes of four packed blocks.</summary>
    public const int Size = 384;

    /// <summary>Where the signs begin.</summary>
    public const int SignsOffset = 128;

    public static readonly SignedNibbleLayout Instance = new();

    public override int PackedBytes => Size;

    protected override void PackQuants(sbyte* quants, float* sums, byte* target)
    {
        for (var k = 0; k < 4; k++)
        {
            PackSixteen(quants + 32 * k, target + 16 * k);
            PackSixteen(quants + 32 * k + 16, target + 64 + 16 * k);
        }
    }

    private static void PackSixteen(sbyte* quants, byte* target)
    {
        // Quants are -127 or more.
        var y = Vector128.Load(quants);
        Vector128.Abs(y).AsByte().Store(target);
        (Vector128.LessThan(y, Vector128<sbyte>.Zero).AsByte() & Vector128.Create((byte)16)).Store(target + SignsOffset);
    }
}
