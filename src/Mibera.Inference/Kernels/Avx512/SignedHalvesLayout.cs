using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Activations of four units of 16 in their own order, one unit in a lane: their magnitudes, then bit 4 where they are
/// negative.
/// </summary>
internal sealed unsafe class SignedHalvesLayout : SmallBlockLayout
{
    /// <summary>Bytes of four packed units.</summary>
    public const int Size = 256;

    /// <summary>Where the signs begin.</summary>
    public const int SignsOffset = 64;

    public static readonly SignedHalvesLayout Instance = new();

    public override int PackedBytes => Size;

    protected override int UnitElements => 16;

    protected override void PackQuants(sbyte* quants, float* sums, byte* target)
    {
        // Quants are -127 or more.
        var y = Vector512.Load(quants);
        Vector512.Abs(y).AsByte().Store(target);
        (Vector512.LessThan(y, Vector512<sbyte>.Zero).AsByte() & Vector512.Create((byte)16)).Store(target + SignsOffset);
    }
}
