using Spectre.Console;

namespace Mibera.Bench.CommandLine;

/// <summary>What is going on, on stderr: a bar in a terminal, elsewhere a line at each beginning.</summary>
internal sealed class ProgressDisplay
{
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    private bool IsInteractive => !Console.IsErrorRedirected && _console.Profile.Capabilities.Interactive;

    /// <summary>Shows <paramref name="title"/> while <paramref name="work"/> runs; work reports what it has done of <paramref name="total"/>.</summary>
    public T Run<T>(string title, double total, Func<Action<double>, T> work)
    {
        if (!IsInteractive)
        {
            Console.Error.WriteLine(title);
            return work(_ => { });
        }
        return _console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: total);
                return work(task.Increment);
            });
    }
}
