using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mibera.Inference;

namespace Mibera.Run;

/// <summary>
/// The limit that Windows keeps for a process: pages beyond it are taken away, those of mapped files first to be read again.
/// Linux has control groups instead, which are for the user to make.
/// </summary>
internal static partial class WorkingSet
{
    private const nint CurrentProcess = -1;
    private const uint MinimumIsNotEnforced = 0x2;
    private const uint MaximumIsEnforced = 0x4;

    // Windows wants a minimum beside the maximum; it is not held.
    private const long Minimum = 1 << 20;

    /// <summary>Holds the process to <paramref name="budget"/>; where that is refused, the plan alone does.</summary>
    [SupportedOSPlatform("windows")]
    public static void Limit(ByteSize budget) =>
        _ = SetProcessWorkingSetSizeEx(CurrentProcess, (nuint)Minimum, (nuint)budget.Bytes, MinimumIsNotEnforced | MaximumIsEnforced);

    [SupportedOSPlatform("windows")]
    [LibraryImport("kernel32", EntryPoint = "SetProcessWorkingSetSizeEx", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetProcessWorkingSetSizeEx(nint process, nuint minimum, nuint maximum, uint flags);
}
