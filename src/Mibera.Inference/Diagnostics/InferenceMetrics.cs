using System.Diagnostics.Metrics;

namespace Mibera.Inference.Diagnostics;

/// <summary>
/// The counters of all models of the process, for <c>dotnet-counters</c> and OpenTelemetry. Nobody listening, a measurement costs
/// a test of a flag.
/// </summary>
internal static class InferenceMetrics
{
    /// <summary>The name under which listeners find the counters.</summary>
    public const string MeterName = "Mibera.Inference";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> PrefillTokens = Meter.CreateCounter<long>(
        "mibera.prefill.tokens", "{token}", "Prompt tokens that went through a model.");

    private static readonly Counter<long> DecodeTokens = Meter.CreateCounter<long>(
        "mibera.decode.tokens", "{token}", "Tokens that went through a model one at a time.");

    private static readonly Histogram<double> PrefillTime = Meter.CreateHistogram<double>(
        "mibera.prefill.duration", "s", "Time of a prompt's pass through a model.");

    private static readonly Histogram<double> DecodeTime = Meter.CreateHistogram<double>(
        "mibera.decode.duration", "s", "Time of one token's pass through a model.");

    private static readonly UpDownCounter<long> Sessions = Meter.CreateUpDownCounter<long>(
        "mibera.sessions", "{session}", "Sessions that hold memory.");

    private static readonly UpDownCounter<long> SessionMemory = Meter.CreateUpDownCounter<long>(
        "mibera.sessions.memory", "By", "Memory that sessions hold.");

    public static void Prefilled(int tokens, TimeSpan time)
    {
        PrefillTokens.Add(tokens);
        PrefillTime.Record(time.TotalSeconds);
    }

    public static void Decoded(int tokens, TimeSpan time)
    {
        DecodeTokens.Add(tokens);
        DecodeTime.Record(time.TotalSeconds);
    }

    public static void SessionOpened(long bytes)
    {
        Sessions.Add(1);
        SessionMemory.Add(bytes);
    }

    public static void SessionFreed(long bytes)
    {
        Sessions.Add(-1);
        SessionMemory.Add(-bytes);
    }
}
