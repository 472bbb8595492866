using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mibera.Inference.Quantization;

/// <summary>
/// The grid of IQ1_S and IQ1_M as vector kernels gather from it: <c>8 (g + 1)</c>, 0, 8 or 16, for every byte g of
/// <see cref="Grids.Iq1S"/>. Made once, 16 KB, aligned to cache lines.
/// </summary>
internal static unsafe class TernaryTable
{
    private const int Alignment = 64;

    private static readonly byte[] Memory = GC.AllocateArray<byte>(Grids.Iq1S.Length * sizeof(ulong) + Alignment, pinned: true);

    public static byte* Pointer { get; } = Fill((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(Memory)));

    private static byte* Fill(byte* memory)
    {
        var table = (ulong*)((nuint)(memory + Alignment - 1) & ~(nuint)(Alignment - 1));
        for (var i = 0; i < Grids.Iq1S.Length; i++)
        {
            for (var k = 0; k < sizeof(ulong); k++)
                ((sbyte*)(table + i))[k] = (sbyte)(8 * ((sbyte)(Grids.Iq1S[i] >> (8 * k)) + 1));
        }
        return (byte*)table;
    }
}
