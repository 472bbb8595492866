using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Kernels;

/// <summary>
/// binary16 in pairs, so that one load of 32-bit words and a few shifts give two vectors of floats (there is no vector
/// instruction for the conversion in .NET 10, and widening costs more):
/// <code>
/// keys   [head dimension][16][2]    slots s and s + 16 of one element
/// values [16][head dimension][2]    slots 2s and 2s + 1 of one element
/// </code>
/// </summary>
internal readonly unsafe struct KvHalfLayout : IKvStorageLayout
{
    // Elements that are converted at a time. Heads of models are shorter; what a file says is not known to be.
    private const int Piece = 256;

    public static int KeyGroupBytes(int headDimension) => headDimension * KvKernel.Group * sizeof(ushort);

    public static int ValueGroupBytes(int headDimension) => headDimension * KvKernel.Group * sizeof(ushort);

    public static bool WriteKey(byte* group, int slot, float* key, int headDimension) =>
        Write(key, headDimension, (ushort*)group + slot % 16 * 2 + slot / 16, KvKernel.Group);

    public static bool WriteValue(byte* group, int slot, float* value, int headDimension) =>
        Write(value, headDimension, (ushort*)group + slot / 2 * headDimension * 2 + slot % 2, 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadKeyScales(byte* group, int headDimension, int block) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadKeys(byte* group, int d, KvVectors scales) => Split(Vector512.Load((int*)group + d * 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadValueScales(byte* group, int headDimension, int block, float* scales)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors LoadValues(byte* group, int pair, int headDimension, int first, float* scales) =>
        Split(Vector512.Load((int*)group + pair * headDimension + first));

    /// <summary>The low and the high halves of the words as floats, for finite ones.</summary>
    /// <remarks>A half's exponent and mantissa are 13 bits lower in place than a float's; shifted there arithmetically, the
    /// sign is in bit 31 and its copies in bits 28 to 30 are cleared. The exponents' biases differ by 112, and the product
    /// with 2^112 is exact, for subnormal halves (subnormal floats before it) too. Infinity and NaN would come out as 65536
    /// and more; a cache that holds any uses <see cref="KvCarefulHalfLayout"/>.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KvVectors Split(Vector512<int> words)
    {
        var mask = Vector512.Create(unchecked((int)0x8FFFE000));
        var low = ((words << 16) >> 3) & mask;
        var high = (words >> 3) & mask;
        var scale = Vector512.Create(5.192296858534828e33f);
        return new(low.AsSingle() * scale, high.AsSingle() * scale);
    }

    [SkipLocalsInit]
    private static bool Write(float* source, int count, ushort* target, int stride)
    {
        var halves = stackalloc ushort[Piece + Vector512<ushort>.Count];
        var special = Vector512<ushort>.Zero;
        for (var first = 0; first < count; first += Piece)
        {
            var length = Math.Min(Piece, count - first);
            TensorPrimitives.ConvertToHalf(new ReadOnlySpan<float>(source + first, length), new Span<Half>(halves, length));
            // The rest of the last vector is zeros, which are finite.
            Vector512<ushort>.Zero.Store(halves + length);
            for (var d = 0; d < length; d += Vector512<ushort>.Count)
                special |= HalfVectors.NotFinite(halves + d);
            for (var d = 0; d < length; d++, target += stride)
                *target = halves[d];
        }
        return special.ExtractMostSignificantBits() == 0;
    }
}
