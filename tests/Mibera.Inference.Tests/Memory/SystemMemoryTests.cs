using Mibera.Inference.Memory;

namespace Mibera.Inference.Tests.Memory;

public sealed class SystemMemoryTests
{
    private const string MemInfo = "MemTotal:       8000000 kB\nMemFree:         100000 kB\nMemAvailable:   7000000 kB\n";
    private const string Version2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
    private const string Version1 = "33 25 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n34 25 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";

    [Fact]
    public void WithoutGroupsTheMachineDecides()
    {
        var memory = SystemMemory.Linux(Files(("/proc/meminfo", MemInfo)))!;
        Assert.Equal(8_000_000L * 1024, memory.Physical);
        Assert.Equal(7_000_000L * 1024, memory.Offered);
        Assert.Null(memory.Group);
    }

    [Fact]
    public void TheTightestGroupOnTheWayUpCounts()
    {
        var memory = SystemMemory.Linux(Files(
            ("/proc/meminfo", MemInfo), ("/proc/self/mountinfo", Version2), ("/proc/self/cgroup", "0::/user/app\n"),
            ("/sys/fs/cgroup/user/app/memory.max", "max\n"), ("/sys/fs/cgroup/user/app/memory.current", "1000\n"),
            ("/sys/fs/cgroup/user/memory.max", "6500000000\n"), ("/sys/fs/cgroup/user/memory.current", "2000000000\n"),
            ("/sys/fs/cgroup/user/memory.stat", "anon 5\ninactive_file 300000000\nactive_file 200000000\n")))!;
        Assert.Equal(new CgroupMemory(6_500_000_000, 1_500_000_000), memory.Group);
        Assert.Equal(5_000_000_000, memory.Offered);
    }

    [Fact]
    public void VersionOneCounts()
    {
        var memory = SystemMemory.Linux(Files(
            ("/proc/meminfo", MemInfo), ("/proc/self/mountinfo", Version1), ("/proc/self/cgroup", "4:memory:/box\n2:cpu:/other\n"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"), ("/sys/fs/cgroup/memory/memory.usage_in_bytes", "5\n"),
            ("/sys/fs/cgroup/memory/box/memory.limit_in_bytes", "1000000000\n"), ("/sys/fs/cgroup/memory/box/memory.usage_in_bytes", "400000000\n"),
            ("/sys/fs/cgroup/memory/box/memory.stat", "inactive_file 1\ntotal_inactive_file 100000000\ntotal_active_file 0\n")))!;
        Assert.Equal(new CgroupMemory(1_000_000_000, 300_000_000), memory.Group);
        Assert.Equal(700_000_000, memory.Offered);
    }

    [Fact]
    public void InAContainerTheMountBeginsAtTheGroup()
    {
        var memory = SystemMemory.Linux(Files(
            ("/proc/meminfo", MemInfo), ("/proc/self/cgroup", "4:memory:/docker/abc\n"),
            ("/proc/self/mountinfo", "34 25 0:29 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "2000000000\n"), ("/sys/fs/cgroup/memory/memory.usage_in_bytes", "2500000000\n")))!;
        Assert.Equal(0, memory.Offered);
    }

    [Fact]
    public void ThisMachineHasMemory()
    {
        var memory = SystemMemory.Read();
        Assert.InRange(memory.Physical, 1L << 26, 1L << 50);
        Assert.InRange(memory.Offered, 0, memory.Physical);
    }

    private static Func<string, string?> Files(params (string Path, string Text)[] files) =>
        path => Array.Find(files, f => f.Path == path).Text;
}
