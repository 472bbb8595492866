using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Mibera.Inference.Diagnostics;
using Mibera.Inference.Tests.Models;

namespace Mibera.Inference.Tests.Sessions;

/// <summary>What listeners hear of the meter <c>Mibera.Inference</c>.</summary>
public sealed class MetricsTests : TinyModelFolder
{
    [Fact]
    public void TokensAndSessionsAreCounted()
    {
        var sums = new ConcurrentDictionary<string, long>();
        var records = new ConcurrentDictionary<string, double>();
        // The counters are the process's: other tests run beside this one, so that only this thread's measurements count.
        var thread = Environment.CurrentManagedThreadId;
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == InferenceMetrics.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            if (Environment.CurrentManagedThreadId == thread)
                sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
        });
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) =>
        {
            if (Environment.CurrentManagedThreadId == thread)
                records.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
        });
        listener.Start();
        using var model = Load(TinyModel.Phi3());
        var session = model.CreateSession(64);
        Assert.Equal(1, sums["mibera.sessions"]);
        Assert.Equal(model.SessionBytes, sums["mibera.sessions.memory"]);
        session.Evaluate([1, 2, 3, 4, 5]);
        session.Evaluate([6]);
        session.Evaluate([7]);
        Assert.Equal(5, sums["mibera.prefill.tokens"]);
        Assert.Equal(2, sums["mibera.decode.tokens"]);
        Assert.Equal(session.Statistics.PrefillTime.TotalSeconds, records["mibera.prefill.duration"], tolerance: 1e-6);
        Assert.Equal(session.Statistics.DecodeTime.TotalSeconds, records["mibera.decode.duration"], tolerance: 1e-6);
        session.Dispose();
        Assert.Equal(0, sums["mibera.sessions"]);
        Assert.Equal(0, sums["mibera.sessions.memory"]);
    }
}
