using System.Runtime.CompilerServices;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Kernels;

/// <summary>What the quantized caches share: blocks of 32 elements of one key or value, with a binary16 scale each. All
/// slots' scales of a block lie together, [blocks][32], behind the group's quants.</summary>
internal static unsafe class KvBlockScale
{
    public const int Elements = 32;

    public static int Blocks(int headDimension) => (headDimension + Elements - 1) / Elements;

    /// <summary>Bytes of a group's scales.</summary>
    public static int GroupBytes(int headDimension) => Blocks(headDimension) * KvKernel.Group * sizeof(ushort);

    /// <summary>The scales of slots 0 to 15, and 16 to 31.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors Load(byte* scales, int block)
    {
        var source = (ushort*)scales + block * KvKernel.Group;
        return new(HalfVectors.Load(source), HalfVectors.Load(source + 16));
    }

    /// <summary>
    /// Stores a block's scale, rounded to binary16, and returns what to multiply its elements with to get quants; zero where
    /// every quant shall be zero. An infinity or NaN in the block becomes a scale of NaN, so that all of it reads as NaN.
    /// </summary>
    public static float Store(byte* scales, int block, int slot, float scale)
    {
        var rounded = float.IsFinite(scale) ? (Half)scale : Half.NaN;
        ((Half*)scales)[block * KvKernel.Group + slot] = rounded;
        return Half.IsFinite(rounded) && rounded != (Half)0 ? 1f / (float)rounded : 0f;
    }

    /// <summary>The first element of largest magnitude, or NaN if the block has an infinity or NaN.</summary>
    public static float Extreme(float* block, int count)
    {
        var (extreme, finite) = (0f, true);
        for (var i = 0; i < count; i++)
        {
            finite &= float.IsFinite(block[i]);
            extreme = MathF.Abs(block[i]) > MathF.Abs(extreme) ? block[i] : extreme;
        }
        return finite ? extreme : float.NaN;
    }

    /// <summary>x * inverse to the nearest integer, half to even, within [lowest, highest].</summary>
    public static int Quantize(float x, float inverse, int lowest, int highest) =>
        inverse == 0f ? 0 : Math.Clamp((int)MathF.Round(x * inverse, MidpointRounding.ToEven), lowest, highest);
}
