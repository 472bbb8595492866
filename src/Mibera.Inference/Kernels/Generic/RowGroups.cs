using System.Runtime.CompilerServices;

namespace Mibera.Inference.Kernels.Generic;

/// <summary>A <see cref="RowGroup"/> for each of several inputs.</summary>
internal readonly unsafe struct RowGroups(byte* memory)
{
    /// <summary>The most inputs.</summary>
    public const int Inputs = 4;

    /// <summary>Bytes from one input's group to the next one's.</summary>
    public const int Stride = (RowGroup.Bytes + RowGroup.Alignment - 1) / RowGroup.Alignment * RowGroup.Alignment;

    public const int Bytes = Inputs * Stride + RowGroup.Alignment;

    private readonly byte* _memory = (byte*)((nuint)(memory + RowGroup.Alignment - 1) & ~(nuint)(RowGroup.Alignment - 1));

    public RowGroup this[int input]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => RowGroup.At(_memory + input * Stride);
    }
}
