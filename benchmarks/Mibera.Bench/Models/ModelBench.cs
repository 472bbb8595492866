namespace Mibera.Bench.Models;
internal sealed class ModelBench(ModelBenchSettings settings, CancellationToken cancellationToken)
{
    public double Steps => settings.Repetitions;
    public ModelResult Run(string path, Action loaded, Action<double> advance) { cancellationToken.ThrowIfCancellationRequested(); loaded(); advance(1); throw new BenchException(path); }
}
