using System.Globalization;

namespace Mibera.Inference.Memory;

/// <summary>The memory limit of the process's control group, and what the group uses of it: processes and page cache that is not
/// to be reclaimed.</summary>
internal sealed record CgroupMemory(long Limit, long Used)
{
    /// <summary>The tightest limit on the way from the process's group to the root, of version 2 or 1; null without one.</summary>
    /// <param name="readFile">Gives the text of a file, or null where there is none.</param>
    public static CgroupMemory? Read(Func<string, string?> readFile)
    {
        CgroupMemory? tightest = null;
        foreach (var (folder, top, version) in Groups(readFile))
        {
            for (var group = folder; group.Length >= top.Length; group = group[..group.LastIndexOf('/')])
            {
                if (Group(group, version, readFile) is { } found && (tightest is null || found.Left < tightest.Left))
                    tightest = found;
            }
        }
        return tightest;
    }

    /// <summary>Bytes that the group may still take.</summary>
    public long Left => Math.Max(0, Limit - Used);

    /// <summary>The process's folder in each hierarchy that controls memory, with the folder where that is mounted.</summary>
    private static IEnumerable<(string Folder, string Top, int Version)> Groups(Func<string, string?> readFile)
    {
        var own = Lines(readFile("/proc/self/cgroup")).Select(l => l.Split(':', 3)).Where(f => f.Length == 3).ToList();
        foreach (var line in Lines(readFile("/proc/self/mountinfo")))
        {
            // man 5 proc: id, parent, device, root, mount point, options, optional fields, "-", type, source, super options.
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (dash < 5 || fields.Length < dash + 4)
                continue;
            var version = fields[dash + 1] == "cgroup2" ? 2 : fields[dash + 1] == "cgroup" && fields[dash + 3].Split(',').Contains("memory") ? 1 : 0;
            var entry = own.Find(f => version == 2 ? f[1].Length == 0 : version == 1 && f[1].Split(',').Contains("memory"));
            if (entry is null)
                continue;
            var (root, top) = (fields[3].TrimEnd('/'), fields[4]);
            // In a container the mount may begin at the group itself, or the group may lie outside what is mounted.
            var path = entry[2].StartsWith(root, StringComparison.Ordinal) ? entry[2][root.Length..] : "";
            yield return (top + path.TrimEnd('/'), top, version);
        }
    }

    private static CgroupMemory? Group(string folder, int version, Func<string, string?> readFile)
    {
        var limit = Number(readFile($"{folder}/{(version == 2 ? "memory.max" : "memory.limit_in_bytes")}"));
        var used = Number(readFile($"{folder}/{(version == 2 ? "memory.current" : "memory.usage_in_bytes")}"));
        // Version 1 says "no limit" with a number of the size of the address space, version 2 with "max".
        if (limit is null or > 1L << 60 || used is null)
            return null;
        var prefix = version == 2 ? "" : "total_";
        var reclaimable = Lines(readFile($"{folder}/memory.stat")).Select(l => l.Split(' '))
            .Where(f => f.Length == 2 && (f[0] == prefix + "inactive_file" || f[0] == prefix + "active_file"))
            .Sum(f => Number(f[1]) ?? 0);
        return new CgroupMemory(limit.Value, Math.Max(0, used.Value - reclaimable));
    }

    private static long? Number(string? text) =>
        long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static string[] Lines(string? text) => text?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];
}
