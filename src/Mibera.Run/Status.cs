using System.Diagnostics;
using System.Globalization;
using Mibera.Inference;

namespace Mibera.Run;

/// <summary>
/// What the user is told on stderr beside the text: progress, the load report, timings. Quiet when stderr is no terminal,
/// unless asked with <c>--verbose</c>.
/// </summary>
internal sealed class Status(bool verbose) : IProgress<LoadProgress>
{
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Lock _gate = new();
    private TimeSpan _loadTime;
    private bool _line;

    /// <summary>Whether anything but errors is said.</summary>
    public bool Speaks => _terminal || verbose;

    public void Begin(string what)
    {
        _clock.Restart();
        Line(what);
    }

    void IProgress<LoadProgress>.Report(LoadProgress value) =>
        Line(value.Total > 0 ? $"{value.Stage} {100 * value.Done / value.Total} %" : value.Stage);

    public void Loaded(LanguageModel model)
    {
        _loadTime = _clock.Elapsed;
        Clear();
        foreach (var entry in verbose ? model.LoadReport.Entries : _terminal ? model.LoadReport.Notable : [])
            Console.Error.WriteLine(entry);
        if (verbose)
            Console.Error.Write(model.MemoryPlan);
        else if (model.MemoryPlan.StreamedLayers.Count > 0)
            Note($"{model.MemoryPlan.StreamedLayers.Count} of {model.MemoryPlan.Layers} layers do not fit into memory and are read for every token ({model.MemoryPlan.WeightsStreamed})");
    }

    /// <summary>One line that the next one replaces; only on a terminal.</summary>
    public void Line(string text)
    {
        if (!_terminal)
            return;
        lock (_gate)
        {
            Console.Error.Write($"\r\u001b[K{text} ...");
            _line = true;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            if (_line)
                Console.Error.Write("\r\u001b[K");
            _line = false;
        }
    }

    public void Note(string text)
    {
        if (!Speaks)
            return;
        Clear();
        Console.Error.WriteLine($"mibera-run: {text}");
    }

    public void Timings(SessionStatistics statistics, StreamingStatistics streaming)
    {
        if (!Speaks)
            return;
        Clear();
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"load {_loadTime.TotalSeconds:F2} s | prefill {statistics.PrefillTokens} tokens, {statistics.PrefillTokensPerSecond:F2} tokens/s | decode {statistics.DecodeTokens} tokens, {statistics.DecodeTokensPerSecond:F2} tokens/s | peak RSS {PeakRss() / 1e6:F0} MB"));
        if (streaming.BytesRead.Bytes > 0)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"streamed {streaming.BytesRead} at {streaming.BytesPerSecond / 1e9:F2} GB/s"));
    }

    private static long PeakRss()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
