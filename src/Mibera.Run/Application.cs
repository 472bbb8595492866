using System.CommandLine;
using Mibera.Inference;

namespace Mibera.Run;

/// <summary>One run of the tool: options in, an exit code out. Whatever goes wrong becomes one line on stderr.</summary>
internal static class Application
{
    private const string HelpHint = " (--help lists the options)";

    public static async Task<int> RunAsync(string[] args)
    {
        var status = new Status();
        try
        {
            if (Version.IsAskedAlone(args))
            {
                Console.Out.WriteLine(Version.Text);
                return ExitCode.Success;
            }
            return await RunAsync(args, status);
        }
        catch (OutputClosedException)
        {
            // Whoever read the text has had enough of it, as head does: no reason to complain.
            return ExitCode.Success;
        }
        catch (UsageException e)
        {
            return Fail(e.Message, ExitCode.Usage);
        }
        catch (Exception e) when (e is MiberaException or IOException or UnauthorizedAccessException)
        {
            return Fail(e.Message, ExitCode.Failure);
        }
        catch (OutOfMemoryException)
        {
            return Fail("the system has no more memory to give; a smaller context (-c) or batch (-b, -ub) takes less", ExitCode.Failure);
        }
        catch (Exception e)
        {
            Messages.Text($"mibera-run: internal error, please report it: {e}\n");
            return ExitCode.Failure;
        }
        finally
        {
            status.Clear();
        }
    }

    private static async Task<int> RunAsync(string[] args, Status status)
    {
        var root = CommandLine.Create();
        root.SetAction((result, cancellationToken) => RunAsync(result, status, cancellationToken));
        // Neither -xyz for -x -y -z, which llama-cli does not know, nor @file, which a prompt may begin with.
        var parsed = root.Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        // The parser takes a first argument in brackets for a directive of its own, and drops it.
        if (args is [['[', ..], ..])
            throw new UsageException(UnknownArgument.Explain(args[0], isFirst: true));
        if (parsed.UnmatchedTokens is [var unknown, ..])
            throw new UsageException(UnknownArgument.Explain(unknown, isFirst: unknown == args[0]));
        if (parsed.Errors.Count > 0)
            throw new UsageException(parsed.Errors[0].Message.TrimEnd('.') + HelpHint);
        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(ParseResult options, Status status, CancellationToken cancellationToken)
    {
        using var interrupt = new Interrupt(cancellationToken);
        status.IsVerbose = options.GetValue(CommandLine.Verbose);
        var code = ExitCode.Success;
        try
        {
            await Dispatcher.RunAsync(options, status, interrupt);
        }
        catch (OperationCanceledException)
        {
            code = interrupt.ExitCode;
        }
        status.Timings();
        return code;
    }

    private static int Fail(string message, int code)
    {
        Messages.Line($"mibera-run: {message}");
        return code;
    }
}
