using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mibera.Inference.Simd;

/// <summary>
/// Constant vectors of 64 bytes in memory that does not move, aligned, one after the other. Kernels load them from there: more
/// constants than registers would be spilled to an unaligned stack.
/// </summary>
internal sealed unsafe class VectorConstants
{
    private readonly byte[] _bytes;

    /// <param name="vectors">For each vector, byte i as a function of i.</param>
    public VectorConstants(params ReadOnlySpan<Func<int, int>> vectors)
    {
        _bytes = GC.AllocateArray<byte>(vectors.Length * 64 + 63, pinned: true);
        var first = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes));
        Pointer = (byte*)(first + 63 & ~63);
        for (var v = 0; v < vectors.Length; v++)
        {
            for (var i = 0; i < 64; i++)
                Pointer[64 * v + i] = unchecked((byte)vectors[v](i));
        }
    }

    /// <summary>The first vector; valid while this object lives.</summary>
    public byte* Pointer { get; }

    /// <summary>
    /// Byte <paramref name="i"/> of a GF(2) matrix for GaloisFieldAffineTransform: bit k of the result is bit
    /// <paramref name="bits"/>[k] of the data; absent or negative ones are zero.
    /// </summary>
    public static int BitMatrix(int i, params ReadOnlySpan<int> bits)
    {
        // Byte 7 - k of each qword is the row of result bit k.
        var k = 7 - i % 8;
        return k < bits.Length && bits[k] >= 0 ? 1 << bits[k] : 0;
    }
}
