using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mibera.Inference.Memory;

/// <summary>
/// Floats that kernels write and callers get as spans: on the managed heap, where a span keeps them alive, whoever drops or disposes
/// their owner meanwhile; pinned and aligned to 64 bytes, as <see cref="NativeBuffer"/> is.
/// </summary>
internal sealed unsafe class PinnedFloats
{
    private const int Lanes = NativeBuffer.Alignment / sizeof(float);

    private readonly float[] _array;
    private readonly int _first;

    public PinnedFloats(int count)
    {
        _array = GC.AllocateArray<float>(count + 2 * Lanes, pinned: true);
        var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array));
        _first = (int)((nuint)NativeBuffer.Alignment - address % NativeBuffer.Alignment) % NativeBuffer.Alignment / sizeof(float);
        Count = count;
    }

    public int Count { get; }

    public Span<float> Span => _array.AsSpan(_first, Count);

    /// <summary>Valid as long as this object is in use.</summary>
    public float* Pointer => (float*)Unsafe.AsPointer(ref _array[_first]);
}
