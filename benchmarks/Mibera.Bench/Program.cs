using System.Text;
using Mibera.Bench;
using Mibera.Bench.CommandLine;
using Mibera.Bench.Models;
using Mibera.Bench.Reports;
using Mibera.Inference;
using Spectre.Console;

const int Failure = 1;
const int WrongUsage = 2;

Console.OutputEncoding = Encoding.UTF8;
var command = new BenchCommand();
var parsed = command.Root.Parse(args);
if (parsed.Errors.Count > 0)
{
    return Refuse(parsed.Errors.Select(error => error.Message));
}

using var interruption = new Interruption();
command.Root.SetAction(result => command.Problems(result).ToArray() is { Length: > 0 } problems ? Refuse(problems) : Run(command.Read(result)));
// Interruption handles signals; the library's own time limit for ending would cut the cleaning short.
return parsed.Invoke(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });

static int Refuse(IEnumerable<string> problems)
{
    foreach (var problem in problems) Console.Error.WriteLine($"mibera-bench: {problem}");
    return WrongUsage;
}

int Run(BenchSettings settings)
{
    try
    {
        if (settings.FirstToken) return FirstTokenBench.Run(settings, Console.Out, interruption.Token);
        var report = new BenchRunner(settings, new ProgressDisplay(), interruption.Token).Run();
        Print(report, settings.Format);
        if (settings.Chart is { } chart) SvgChart.Save(report, chart);
        return 0;
    }
    catch (OperationCanceledException)
    {
        return Interruption.ExitCode;
    }
    catch (Exception e) when (e is BenchException or MiberaException or IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine($"mibera-bench: {e.Message}");
        return Failure;
    }
}

static void Print(BenchReport report, ReportFormat format)
{
    switch (format)
    {
        case ReportFormat.Md:
            MarkdownReport.Write(report, Console.Out);
            break;
        case ReportFormat.Csv:
            CsvReport.Write(report, Console.Out);
            break;
        case ReportFormat.Json:
            using (var output = Console.OpenStandardOutput()) JsonReport.Write(report, output);
            break;
        default:
            ConsoleReport.Write(report, AnsiConsole.Console);
            break;
    }
}
