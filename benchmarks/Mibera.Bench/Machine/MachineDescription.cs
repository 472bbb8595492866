using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Mibera.Bench.Machine;

/// <summary>What the numbers were measured on.</summary>
internal sealed record MachineDescription(string Processor, int LogicalProcessors, string System, string Runtime, long MemoryBytes)
{
    private const int BrandLeaf = unchecked((int)0x80000002);
    private const int CacheLeaf = unchecked((int)0x80000006);

    public static MachineDescription Current { get; } = new(
        ProcessorName(), Environment.ProcessorCount, RuntimeInformation.OSDescription.Trim(), RuntimeInformation.FrameworkDescription,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary>Bytes of a core's second-level cache; a cautious guess where the processor cannot be asked.</summary>
    public static long SecondLevelCacheBytes
    {
        get
        {
            const long Guess = 256 << 10;
            if (!SupportsLeaf(CacheLeaf)) return Guess;
            // Bits 16 to 31 of ECX: KB, on AMD and Intel alike.
            var size = (long)((uint)X86Base.CpuId(CacheLeaf, 0).Ecx >> 16) << 10;
            return size > 0 ? size : Guess;
        }
    }

    private static string ProcessorName()
    {
        if (SupportsLeaf(BrandLeaf + 2)) return BrandString();
        if (File.Exists("/proc/cpuinfo"))
        {
            var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.OrdinalIgnoreCase));
            if (model?.Split(':', 2) is [_, var name]) return name.Trim();
        }
        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string BrandString()
    {
        Span<int> words = stackalloc int[12];
        for (var i = 0; i < 3; i++)
            (words[4 * i], words[4 * i + 1], words[4 * i + 2], words[4 * i + 3]) = X86Base.CpuId(BrandLeaf + i, 0);
        var text = Encoding.ASCII.GetString(MemoryMarshal.AsBytes(words)).Trim('\0', ' ');
        return string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static bool SupportsLeaf(int leaf) =>
        X86Base.IsSupported && (uint)X86Base.CpuId(unchecked((int)0x80000000), 0).Eax >= (uint)leaf;
}
