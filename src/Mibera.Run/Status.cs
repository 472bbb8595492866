using System.Diagnostics;
using System.Globalization;
using Mibera.Inference;

namespace Mibera.Run;

/// <summary>
/// What the user is told on stderr beside the text: progress, the load report, timings. Quiet when stderr is no terminal,
/// unless asked with <c>--verbose</c>.
/// </summary>
internal sealed class Status : IProgress<LoadProgress>
{
    // Terminals show a Ctrl-C as ^C behind the line.
    private const int InterruptEcho = 2;

    private readonly bool _terminal = !Console.IsErrorRedirected;
    private readonly Stopwatch _clock = new();
    private readonly Lock _gate = new();
    private readonly List<(string Name, TimeSpan Begin)> _stages = [];
    private TimeSpan? _loadTime;
    private Func<SessionStatistics>? _statistics;
    private Func<StreamingStatistics>? _streaming;
    private StreamingStatistics _beforeDecode;
    private int _shown;

    public bool IsVerbose { get; set; }

    private bool Speaks => _terminal || IsVerbose;

    public void LoadingBegins()
    {
        _clock.Restart();
        Line("loading");
    }

    void IProgress<LoadProgress>.Report(LoadProgress value)
    {
        lock (_gate)
        {
            if (_stages.Count == 0 || _stages[^1].Name != value.Stage)
                _stages.Add((value.Stage, _clock.Elapsed));
        }
        Line(value.Total > 0 ? $"{value.Stage} {100 * value.Done / value.Total} %" : value.Stage);
    }

    public void Loaded(LanguageModel model)
    {
        _loadTime = _clock.Elapsed;
        Clear();
        if (IsVerbose)
            Messages.Line(LoadStages());
        foreach (var entry in IsVerbose ? model.LoadReport.Entries : _terminal ? model.LoadReport.Notable : [])
            Messages.Line(entry.ToString());
        _streaming = () => model.Streaming;
        var plan = model.MemoryPlan;
        if (IsVerbose)
            Messages.Text(plan.ToString());
        else if (plan.StreamedLayers.Count > 0)
            Note($"{plan.StreamedLayers.Count} of {plan.Layers} layers do not fit into memory and are read for every token ({plan.WeightsStreamed})");
    }

    /// <summary>From now on there are figures to show at the end.</summary>
    public void Track(Func<SessionStatistics> statistics) => _statistics = statistics;

    /// <summary>The prompt is read: what is streamed from here on belongs to the tokens that follow.</summary>
    public void DecodeBegins() => _beforeDecode = _streaming?.Invoke() ?? default;

    /// <summary>One line that the next one replaces; only on a terminal.</summary>
    public void Line(string text)
    {
        if (!_terminal)
            return;
        lock (_gate)
        {
            // Blanks over what was there rather than an escape sequence, which not every console understands.
            var line = $"{text} ...";
            Messages.Text($"\r{line.PadRight(_shown)}");
            _shown = line.Length;
        }
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            if (_shown > 0)
                Messages.Text($"\r{new string(' ', _shown + InterruptEcho)}\r");
            _shown = 0;
        }
    }

    /// <summary>Something that the user did not ask for: said wherever stderr goes.</summary>
    public void Note(string text)
    {
        Clear();
        Messages.Line($"mibera-run: {text}");
    }

    /// <summary>A note for whoever looks on: on a terminal, or with <c>--verbose</c>.</summary>
    public void Remark(string text)
    {
        if (Speaks)
            Note(text);
    }

    /// <summary>How long everything took, as far as it came.</summary>
    public void Timings()
    {
        if (!Speaks || !_clock.IsRunning)
            return;
        Clear();
        var work = _statistics?.Invoke() is { } s
            ? string.Create(CultureInfo.InvariantCulture,
                $"prefill {Tokens(s.PrefillTokens)}, {s.PrefillTokensPerSecond:F2} tokens/s | decode {Tokens(s.DecodeTokens)}, {s.DecodeTokensPerSecond:F2} tokens/s | {Seed(s)}{Recomputations(s)}")
            : "";
        // In a log that takes both streams the text need not have ended its line.
        if (!_terminal)
            Messages.Text("\n");
        if (IsVerbose)
            Messages.Line(Collections());
        Messages.Line(string.Create(CultureInfo.InvariantCulture,
            $"load {(_loadTime ?? _clock.Elapsed).TotalSeconds:F2} s | {work}peak RSS {PeakRss() / 1e6:F0} MB"));
        if (_streaming?.Invoke() is { BytesRead.Bytes: > 0 } all)
            Messages.Line(string.Create(CultureInfo.InvariantCulture, $"streamed {Streamed(all)}; while decoding {Streamed(all.Since(_beforeDecode))}"));
    }

    /// <summary>How long each stage of loading took.</summary>
    private string LoadStages()
    {
        var ends = _stages.Skip(1).Select(s => s.Begin).Append(_loadTime!.Value);
        return "loading: " + string.Join(", ", _stages.Zip(ends, (stage, end) =>
            string.Create(CultureInfo.InvariantCulture, $"{stage.Name} {(end - stage.Begin).TotalSeconds:F3} s")));
    }

    private static string Collections() => string.Create(CultureInfo.InvariantCulture,
        $"garbage collections {GC.CollectionCount(0)}, of them {GC.CollectionCount(2)} full; pauses {GC.GetTotalPauseDuration().TotalMilliseconds:F1} ms; heap {GC.GetGCMemoryInfo().HeapSizeBytes / 1e6:F1} MB, memory load {GC.GetGCMemoryInfo().MemoryLoadBytes / 1e9:F2} of {GC.GetGCMemoryInfo().HighMemoryLoadThresholdBytes / 1e9:F2} GB");

    private static string Seed(SessionStatistics s) => s.Seed is { } seed ? string.Create(CultureInfo.InvariantCulture, $"seed {seed} | ") : "";

    /// <summary>LongRoPE's boundary was crossed, or a sliding window had moved on: worth knowing where a run was slow.</summary>
    private static string Recomputations(SessionStatistics s) =>
        s.Recomputations > 0 ? string.Create(CultureInfo.InvariantCulture, $"computed anew {s.Recomputations} times | ") : "";

    private static string Streamed(StreamingStatistics s) =>
        string.Create(CultureInfo.InvariantCulture, $"{s.BytesRead} in {s.Passes} passes at {s.BytesPerSecond / 1e9:F3} GB/s");

    private static string Tokens(long count) => count == 1 ? "1 token" : string.Create(CultureInfo.InvariantCulture, $"{count} tokens");

    private static long PeakRss()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
