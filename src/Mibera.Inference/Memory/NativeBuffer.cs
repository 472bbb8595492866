using System.Runtime.InteropServices;

namespace Mibera.Inference.Memory;

/// <summary>
/// Zeroed native memory, aligned to 64 bytes: the garbage collector neither moves nor counts it.
/// </summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    public const int Alignment = 64;

    private void* _pointer;

    public NativeBuffer(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        // A spare vector at the end, so that kernels may read (never use) up to 64 bytes past the last element.
        var size = checked((nuint)bytes + Alignment);
        _pointer = NativeMemory.AlignedAlloc(size, Alignment);
        NativeMemory.Clear(_pointer, size);
    }

    ~NativeBuffer() => Free();

    public long Bytes { get; }

    public void* Pointer => _pointer != null ? _pointer : throw new ObjectDisposedException(nameof(NativeBuffer));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_pointer == null)
            return;
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
    }
}
