using System.Diagnostics;
using System.Globalization;
using Mibera.Bench.CommandLine;
using Mibera.Bench.Machine;
using Mibera.Inference;
using Mibera.Inference.Gguf;
using Mibera.Inference.Threading;

namespace Mibera.Bench.Models;

/// <summary>
/// How soon a model whose file is in the page cache answers a prompt of one token: header, vocabulary, binding, pages and the
/// first logits, beside the time that all threads take to read the bytes of its weights once through a new mapping.
/// </summary>
internal static unsafe class FirstTokenBench
{
    private const int Piece = 1 << 20;

    // The first of each compiles the code.
    private const int Ignored = 1;

    /// <summary>Measures the files of <paramref name="settings"/>, each in turns with its reference.</summary>
    public static int Run(BenchSettings settings, TextWriter output, CancellationToken cancellationToken)
    {
        foreach (var path in settings.Models)
        {
            var (reading, answering) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
            for (var i = -Ignored; i < settings.Repetitions; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var read = Read(path, settings.Threads);
                var answer = Answer(path, settings.Threads, out var stages);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"read through {read.TotalSeconds:F3} s | first logits {answer.TotalSeconds:F3} s: {stages}{(i < 0 ? " (not counted)" : "")}"));
                if (i >= 0) (reading, answering) = (read < reading ? read : reading, answer < answering ? answer : answering);
            }
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Path.GetFileName(path)}: {answering.TotalSeconds:F3} s to the first logits, {answering / reading:F2} times the {reading.TotalSeconds:F3} s of reading the weights once"));
        }
        return 0;
    }

    private static TimeSpan Read(string path, int threads)
    {
        using var pool = new WorkerPool(threads > 0 ? threads : ProcessorTopology.UsableCores());
        using var file = GgufFile.Open(path);
        var start = Stopwatch.GetTimestamp();
        foreach (var tensor in file.Tensors.Where(t => t.Name != "token_embd.weight"))
        {
            var body = new Body { Data = file.GetPointer(tensor), Bytes = tensor.ByteSize / 256 * 256 };
            pool.Run(ref body, (int)((body.Bytes + Piece - 1) / Piece), grain: 1);
        }
        return Stopwatch.GetElapsedTime(start);
    }

    private static TimeSpan Answer(string path, int threads, out string stages)
    {
        var start = Stopwatch.GetTimestamp();
        var steps = new Steps(start);
        using var model = LanguageModel.Load(path, new ModelOptions { Threads = threads, Probe = false }, steps, CancellationToken.None);
        steps.Add("session");
        using var session = model.CreateSession();
        steps.Add("first pass");
        session.Evaluate([0]);
        var time = Stopwatch.GetElapsedTime(start);
        stages = steps.Text(time);
        return time;
    }

    /// <summary>When each stage began.</summary>
    private sealed class Steps(long start) : IProgress<LoadProgress>
    {
        private readonly List<(string Name, TimeSpan Begin)> _all = [];
        private readonly Lock _gate = new();

        public void Report(LoadProgress value) => Add(value.Stage);

        public void Add(string name)
        {
            lock (_gate)
            {
                if (_all.Count == 0 || _all[^1].Name != name) _all.Add((name, Stopwatch.GetElapsedTime(start)));
            }
        }

        public string Text(TimeSpan end) => string.Join(", ", _all.Zip(_all.Skip(1).Select(s => s.Begin).Append(end),
            (step, next) => string.Create(CultureInfo.InvariantCulture, $"{step.Name} {(next - step.Begin).TotalSeconds:F3}")));
    }

    private struct Body : IParallelBody
    {
        public byte* Data;
        public long Bytes;

        public readonly void Execute(int worker, int begin, int end) =>
            ReadBandwidth.Read(Data + (long)begin * Piece, Math.Min((long)end * Piece, Bytes) - (long)begin * Piece);
    }
}
