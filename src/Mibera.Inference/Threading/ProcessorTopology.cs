using System.Globalization;
using System.Runtime.InteropServices;

namespace Mibera.Inference.Threading;

/// <summary>
/// How many threads pay: one for each physical core that the process may use. A second thread on a core adds nothing to
/// kernels that fill its vector units, and costs cache.
/// </summary>
internal static partial class ProcessorTopology
{
    /// <summary>Physical cores within the process's affinity mask and its cgroup's CPU quota; at least 1.</summary>
    public static int UsableCores()
    {
        // The runtime has reckoned with affinity and quota in ProcessorCount already, but counts hardware threads.
        var processors = Environment.ProcessorCount;
        var cores = OperatingSystem.IsLinux() ? LinuxCores()
            : OperatingSystem.IsWindows() ? WindowsCores()
            : OperatingSystem.IsMacOS() ? MacCores()
            : null;
        return Math.Clamp(cores ?? processors, 1, processors);
    }

    /// <summary>The CPUs of a list such as "0-3,8,10-11".</summary>
    public static IEnumerable<int> ParseList(string list)
    {
        foreach (var range in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = range.Split('-');
            var (first, last) = (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[^1], CultureInfo.InvariantCulture));
            for (var cpu = first; cpu <= last; cpu++)
                yield return cpu;
        }
    }

    /// <summary>Cores among the CPUs that <paramref name="status"/> (/proc/self/status) allows, by the sets of CPUs that share
    /// one; null where the files do not say.</summary>
    public static int? CountLinuxCores(string status, Func<int, string?> siblings)
    {
        const string Key = "Cpus_allowed_list:";
        var line = status.Split('\n').FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal));
        if (line is null)
            return null;
        var cores = new HashSet<string>();
        foreach (var cpu in ParseList(line[Key.Length..]))
        {
            if (siblings(cpu) is not { } shared)
                return null;
            cores.Add(shared.Trim());
        }
        return cores.Count;
    }

    private static int? LinuxCores()
    {
        try
        {
            return CountLinuxCores(File.ReadAllText("/proc/self/status"), static cpu =>
            {
                var path = $"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list";
                return File.Exists(path) ? File.ReadAllText(path) : null;
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    private static int? MacCores()
    {
        nuint size = sizeof(int);
        return SysctlByName("hw.physicalcpu", out var cores, ref size, 0, 0) == 0 ? cores : null;
    }

    private static unsafe int? WindowsCores()
    {
        const int RelationProcessorCore = 0;
        var length = 0u;
        _ = GetLogicalProcessorInformationEx(RelationProcessorCore, null, ref length);
        var buffer = new byte[length];
        fixed (byte* data = buffer)
        {
            if (length == 0 || !GetLogicalProcessorInformationEx(RelationProcessorCore, data, ref length))
                return null;
            // One record for each core: its relation, then its size in bytes.
            var cores = 0;
            for (var offset = 0u; offset < length; offset += *(uint*)(data + offset + sizeof(int)))
                cores++;
            return cores;
        }
    }

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static unsafe partial bool GetLogicalProcessorInformationEx(int relation, byte* buffer, ref uint length);

    [LibraryImport("libc", EntryPoint = "sysctlbyname", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SysctlByName(string name, out int value, ref nuint size, nint newValue, nuint newSize);
}
