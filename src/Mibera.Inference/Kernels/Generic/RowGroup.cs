using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>The working memory of eight rows: what each of them leaves until all eight are reduced together.</summary>
internal readonly unsafe struct RowGroup
{
    public const int Rows = 8;
    public const int Alignment = 32;

    /// <summary>Products, minimums, two rows of scale bits, magnitudes.</summary>
    public const int Bytes = (2 * Rows + 2) * 32 + 256;

    private readonly Vector256<int>* _memory;

    /// <summary>Takes <see cref="Bytes"/> + <see cref="Alignment"/> bytes and clears them.</summary>
    public RowGroup(byte* memory)
    {
        _memory = (Vector256<int>*)((nuint)(memory + Alignment - 1) & ~(nuint)(Alignment - 1));
        NativeMemory.Clear(_memory, Bytes);
    }

    /// <summary>One vector of partial sums for each row.</summary>
    public Vector256<int>* Products => _memory;

    /// <summary>The same of the minimums.</summary>
    public Vector256<int>* Minimums => _memory + Rows;

    /// <summary>The bits of each row's float scale; from <see cref="Rows"/> on, those of a second unit.</summary>
    public uint* ScaleBits => (uint*)(_memory + 2 * Rows);

    /// <summary>The magnitudes of the block's activations.</summary>
    public byte* Magnitudes => (byte*)(_memory + 2 * Rows + 2);
}
