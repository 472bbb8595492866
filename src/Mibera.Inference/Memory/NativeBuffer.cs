using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mibera.Inference.Memory;

/// <summary>
/// Zeroed native memory, aligned to 64 bytes or more: the garbage collector neither moves nor counts it. Large buffers take
/// physical memory only where they are touched.
/// </summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    public const int Alignment = 64;

    // Smaller ones would waste a good part of their last huge page.
    private const long WorthHugePages = 16 << 20;

    private readonly int _alignment;
    private void* _allocation;

    /// <param name="bytes">The size.</param>
    /// <param name="alignment">A power of two, <see cref="Alignment"/> or more.</param>
    /// <exception cref="MemoryBudgetException">The system has no memory of that size.</exception>
    public NativeBuffer(long bytes, int alignment = Alignment)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        (Bytes, _alignment) = (bytes, alignment);
        // Room to align, and a spare vector at the end, so that kernels may read (never use) 64 bytes past the last element.
        try
        {
            _allocation = NativeMemory.AllocZeroed(checked((nuint)bytes + (nuint)alignment + Alignment));
        }
        catch (OutOfMemoryException e)
        {
            throw new MemoryBudgetException($"The system gives no memory of {new ByteSize(bytes)}.", innerException: e);
        }
        if (bytes >= WorthHugePages && OperatingSystem.IsLinux())
            AskForHugePages(bytes);
    }

    ~NativeBuffer() => Free();

    public long Bytes { get; }

    public void* Pointer => _allocation != null
        ? (void*)(((nuint)_allocation + (nuint)_alignment - 1) & ~((nuint)_alignment - 1))
        : throw new ObjectDisposedException(nameof(NativeBuffer));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Weights in them decode 8 to 10 % faster (Zen 4, two threads). A wish: nothing depends on it.</summary>
    [SupportedOSPlatform("linux")]
    private void AskForHugePages(long bytes)
    {
        var page = (nuint)Environment.SystemPageSize;
        var begin = ((nuint)_allocation + page - 1) & ~(page - 1);
        var end = ((nuint)_allocation + (nuint)bytes) & ~(page - 1);
        _ = NativeMethods.AdviseMemory((void*)begin, end - begin, NativeMethods.HugePages);
    }

    private void Free()
    {
        NativeMemory.Free(_allocation);
        _allocation = null;
    }
}
