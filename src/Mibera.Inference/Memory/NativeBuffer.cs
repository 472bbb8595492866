using System.Runtime.InteropServices;

namespace Mibera.Inference.Memory;

/// <summary>
/// Zeroed native memory, aligned to 64 bytes: the garbage collector neither moves nor counts it. Large buffers take
/// physical memory only where they are touched.
/// </summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    public const int Alignment = 64;

    private void* _allocation;

    public NativeBuffer(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        // Room to align, and a spare vector at the end, so that kernels may read (never use) 64 bytes past the last element.
        _allocation = NativeMemory.AllocZeroed(checked((nuint)bytes + 2 * Alignment));
    }

    ~NativeBuffer() => Free();

    public long Bytes { get; }

    public void* Pointer => _allocation != null
        ? (void*)(((nuint)_allocation + Alignment - 1) & ~(nuint)(Alignment - 1))
        : throw new ObjectDisposedException(nameof(NativeBuffer));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free(_allocation);
        _allocation = null;
    }
}
