using System.Diagnostics;
using System.Globalization;

namespace Mibera.Bench.Machine;

/// <summary>
/// The largest resident set of this process since the meter was created, in bytes, mapped file pages included. On Linux the
/// kernel keeps it and can be told to begin anew; elsewhere it is sampled.
/// </summary>
internal sealed class PeakMemory : IDisposable
{
    private const string Status = "/proc/self/status";
    private const string Reset = "/proc/self/clear_refs";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly bool _kernel = OperatingSystem.IsLinux() && TryReset();
    private readonly Timer? _timer;
    private readonly Lock _gate = new();
    private long _bytes;
    private bool _paused;

    public PeakMemory()
    {
        if (!_kernel) _timer = new Timer(_ => Update(), null, TimeSpan.Zero, Interval);
    }

    /// <summary>The peak so far, without the times of <see cref="Pause"/>.</summary>
    public long Bytes
    {
        get
        {
            Update();
            return _bytes;
        }
    }

    /// <summary>Leaves out what is allocated until <see cref="Resume"/>.</summary>
    public void Pause()
    {
        Update();
        lock (_gate) _paused = true;
    }

    public void Resume()
    {
        if (_kernel) TryReset();
        lock (_gate) _paused = false;
    }

    public void Dispose() => _timer?.Dispose();

    private void Update()
    {
        lock (_gate)
        {
            if (!_paused) _bytes = Math.Max(_bytes, _kernel ? HighWaterMark() : Environment.WorkingSet);
        }
    }

    private static long HighWaterMark()
    {
        // VmHWM:     12345 kB
        var line = File.ReadLines(Status).FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return line is null
            ? Process.GetCurrentProcess().PeakWorkingSet64
            : long.Parse(line["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>proc(5): writing 5 resets the peak resident set size to the present one.</summary>
    private static bool TryReset()
    {
        try
        {
            File.WriteAllText(Reset, "5");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
