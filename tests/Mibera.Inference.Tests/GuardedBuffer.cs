using System.Runtime.InteropServices;

namespace Mibera.Inference.Tests;

/// <summary>
/// Memory whose neighbouring pages cannot be touched, so that a read or write outside it ends the process at once
/// instead of passing by luck. Pages have 4096 bytes or more, so one buffer guards one of its ends to the byte: make one
/// of each. On systems other than Linux it is plain memory.
/// </summary>
internal sealed unsafe partial class GuardedBuffer : IDisposable
{
    private const int ProtNone = 0;
    private const int ProtReadWrite = 1 | 2;
    private const int MapPrivateAnonymous = 0x02 | 0x20;

    private readonly byte* _mapping;
    private readonly nuint _mappingBytes;

    private GuardedBuffer(int bytes, bool atEnd)
    {
        Length = bytes;
        if (!OperatingSystem.IsLinux())
        {
            _mapping = (byte*)NativeMemory.AlignedAlloc((nuint)bytes + 64, 64);
            Pointer = _mapping;
            NativeMemory.Clear(Pointer, (nuint)bytes);
            return;
        }
        var page = (nuint)Environment.SystemPageSize;
        var inner = ((nuint)bytes + page - 1) / page * page;
        _mappingBytes = inner + 2 * page;
        _mapping = Map(null, _mappingBytes, ProtNone, MapPrivateAnonymous, -1, 0);
        if (_mapping == (byte*)-1 || (inner > 0 && Protect(_mapping + page, inner, ProtReadWrite) != 0))
            throw new InvalidOperationException($"No guarded memory: error {Marshal.GetLastPInvokeError()}.");
        Pointer = _mapping + page + (atEnd ? inner - (nuint)bytes : 0);
    }

    /// <summary>A zeroed buffer with an inaccessible byte right after its last one.</summary>
    public static GuardedBuffer AtEnd(int bytes) => new(bytes, atEnd: true);

    /// <summary>A zeroed buffer with an inaccessible byte right before its first one.</summary>
    public static GuardedBuffer AtStart(int bytes) => new(bytes, atEnd: false);

    public int Length { get; }

    public byte* Pointer { get; }

    public Span<byte> Span => new(Pointer, Length);

    /// <summary>The buffer's contents as another type.</summary>
    public Span<T> As<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Span);

    public void Dispose()
    {
        if (_mappingBytes == 0)
            NativeMemory.AlignedFree(_mapping);
        else
            _ = Unmap(_mapping, _mappingBytes);
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial byte* Map(byte* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(byte* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(byte* address, nuint length);
}
