using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mibera.Inference.Quantization;

/// <summary>
/// The lookup grids of the IQ formats: each entry is a short vector of weights, one byte each, the first one in the
/// lowest byte. They are constant data of the assembly, so nothing is initialized and their address never changes.
/// </summary>
internal static unsafe partial class Grids
{
    /// <summary>A grid's address, for kernels that gather from it. Aligned to its entries only.</summary>
    public static T* Pointer<T>(ReadOnlySpan<T> grid)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(grid));

    /// <summary>
    /// Eight signs from seven stored bits: IQ2_XXS, IQ2_XS and IQ3_XXS keep the number of negative weights in a group of
    /// eight even, so the eighth sign is the parity of the others. Bit i set: weight i is negative.
    /// </summary>
    public static uint EvenSigns(uint sevenBits) => sevenBits | ((uint)(BitOperations.PopCount(sevenBits) & 1) << 7);

    /// <summary>Writes eight weights from <paramref name="first"/> on: the bytes of <paramref name="magnitudes"/> (at most
    /// 62), negated where <paramref name="signs"/> has a bit.</summary>
    public static void Store(ref IntegerBlock target, int first, ulong magnitudes, uint signs)
    {
        for (var i = 0; i < 8; i++)
        {
            var magnitude = (int)(magnitudes >> (8 * i)) & 0xff;
            target.Weights[first + i] = (sbyte)(((signs >> i) & 1) != 0 ? -magnitude : magnitude);
        }
    }

    /// <summary>
    /// Writes eight weights of IQ1_S or IQ1_M from <paramref name="first"/> on. Those are <c>g +- 1/8</c> with g in
    /// {-1, 0, 1}; eight times that is the integer <c>8 g +- 1</c>.
    /// </summary>
    public static void StoreTernary(ref IntegerBlock target, int first, int index, bool negativeDelta)
    {
        var entry = Iq1S[index];
        for (var i = 0; i < 8; i++)
            target.Weights[first + i] = (sbyte)(8 * (sbyte)(entry >> (8 * i)) + (negativeDelta ? -1 : 1));
    }
}
