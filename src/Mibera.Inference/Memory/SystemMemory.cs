using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mibera.Inference.Memory;

/// <summary>What the machine offers: physical memory, what of it is available without swapping, and the group's limit.</summary>
internal sealed record SystemMemory(long Physical, long Available, CgroupMemory? Group)
{
    /// <summary>What a process may take now.</summary>
    public long Offered => Group is { } group ? Math.Min(Available, group.Left) : Available;

    public static SystemMemory Read()
    {
        if (OperatingSystem.IsLinux() && Linux(TryRead) is { } linux)
            return linux;
        return OperatingSystem.IsWindows() && Windows() is { } windows ? windows : Portable();
    }

    /// <summary>By /proc/meminfo, or null where that says nothing.</summary>
    public static SystemMemory? Linux(Func<string, string?> readFile)
    {
        var lines = readFile("/proc/meminfo")?.Split('\n') ?? [];
        return Kilobytes(lines, "MemTotal:") is { } total && Kilobytes(lines, "MemAvailable:") is { } available
            ? new SystemMemory(total, available, CgroupMemory.Read(readFile))
            : null;
    }

    private static SystemMemory? Windows()
    {
        if (!OperatingSystem.IsWindows())
            return null;
        var status = new NativeMethods.MemoryStatus { Length = (uint)Unsafe.SizeOf<NativeMethods.MemoryStatus>() };
        if (!NativeMethods.GlobalMemoryStatus(ref status))
            return null;
        // The collector knows the limit of a job object.
        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return new SystemMemory((long)status.TotalPhysical, Math.Min((long)status.AvailablePhysical, limit), null);
    }

    private static SystemMemory Portable()
    {
        var info = GC.GetGCMemoryInfo();
        return new SystemMemory(info.TotalAvailableMemoryBytes, Math.Max(0, info.TotalAvailableMemoryBytes - info.MemoryLoadBytes), null);
    }

    private static long? Kilobytes(string[] lines, string key)
    {
        var line = Array.Find(lines, l => l.StartsWith(key, StringComparison.Ordinal));
        var number = line?[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value * 1024 : null;
    }

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
