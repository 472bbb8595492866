using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mibera.Inference.Memory;

/// <summary>What the library asks of the operating system directly: all of it is here, and all of it has a managed fallback.</summary>
internal static unsafe partial class NativeMethods
{
    public const int ReadOnly = 0;
    public const int CloseOnExec = 0x80000;

    /// <summary>posix_fadvise: these pages will not be needed again.</summary>
    public const int AdviseDontNeed = 4;

    /// <summary>madvise: read these pages ahead.</summary>
    public const int WillNeed = 3;

    /// <summary>madvise: huge pages where they fit.</summary>
    public const int HugePages = 14;

    /// <summary>madvise: enter all pages into the page table, reading them (Linux 5.14).</summary>
    public const int PopulateRead = 22;

    /// <summary>O_DIRECT, whose value depends on the processor (asm/fcntl.h).</summary>
    public static int Direct => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x10000 : 0x4000;

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "posix_fadvise", SetLastError = false)]
    public static partial int Advise(SafeHandle file, long offset, long length, int advice);

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static partial int AdviseMemory(void* address, nuint length, int advice);

    [SupportedOSPlatform("windows")]
    [LibraryImport("kernel32", EntryPoint = "GlobalMemoryStatusEx", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GlobalMemoryStatus(ref MemoryStatus status);

    [SupportedOSPlatform("windows")]
    [LibraryImport("kernel32", EntryPoint = "PrefetchVirtualMemory", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool PrefetchVirtualMemory(nint process, nuint count, MemoryRange* ranges, uint flags);

    /// <summary>MEMORYSTATUSEX.</summary>
    public struct MemoryStatus
    {
        public uint Length;
        public uint Load;
        public ulong TotalPhysical;
        public ulong AvailablePhysical;
        public ulong TotalPageFile;
        public ulong AvailablePageFile;
        public ulong TotalVirtual;
        public ulong AvailableVirtual;
        public ulong AvailableExtendedVirtual;
    }

    /// <summary>WIN32_MEMORY_RANGE_ENTRY.</summary>
    public struct MemoryRange
    {
        public void* Address;
        public nuint Bytes;
    }
}
