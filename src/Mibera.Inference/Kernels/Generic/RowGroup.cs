using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>The working memory of eight rows: what they leave from one stage to the next.</summary>
internal readonly unsafe struct RowGroup
{
    public const int Rows = 8;
    public const int Alignment = 64;
    public const int Bytes = (3 * Rows + 2) * 32 + 256 + Rows * IVectorFormat.PreparedBytes;

    private readonly Vector256<int>* _memory;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RowGroup(byte* memory) => _memory = (Vector256<int>*)memory;

    /// <summary>A group in <see cref="Bytes"/> + <see cref="Alignment"/> bytes of memory.</summary>
    public static RowGroup Aligned(byte* memory) => At((byte*)((nuint)(memory + Alignment - 1) & ~(nuint)(Alignment - 1)));

    /// <summary>A group in <see cref="Bytes"/> bytes of aligned memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowGroup At(byte* memory) => new(memory);

    /// <summary>One vector of partial sums for each row.</summary>
    public Vector256<int>* Products
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _memory;
    }

    /// <summary>The same of the minimums, or of the minimums of two rows in each.</summary>
    public Vector256<int>* Minimums
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _memory + Rows;
    }

    /// <summary>Each row's sixteen sub-block scales, or what <see cref="RowPairs{TFormat, TIsa}"/> makes of them.</summary>
    public Vector256<short>* Scales
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (Vector256<short>*)(_memory + 2 * Rows);
    }

    /// <summary>The bits of each row's float scale; from <see cref="Rows"/> on, those of a second unit.</summary>
    public uint* ScaleBits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (uint*)(_memory + 3 * Rows);
    }

    /// <summary>The magnitudes of the block's activations.</summary>
    public byte* Magnitudes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (byte*)(_memory + 3 * Rows + 2);
    }

    /// <summary>What a row's <see cref="IVectorFormat.Prepare"/> has stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* PreparedOf(nint row) => Magnitudes + 256 + row * IVectorFormat.PreparedBytes;
}
