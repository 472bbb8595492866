using System.CommandLine;
using Mibera.Inference;
using Mibera.Run;

ConsoleStreams.UseUtf8();
var root = CommandLine.Create();
root.SetAction((result, cancellationToken) => RunAsync(result, cancellationToken));
var parsed = root.Parse(args, new ParserConfiguration { EnablePosixBundling = false });
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
        Console.Error.WriteLine($"mibera-run: {error.Message}");
    Console.Error.WriteLine("mibera-run --help lists the options.");
    return ExitCode.Usage;
}
return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });

static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
{
    using var interrupt = new Interrupt(cancellationToken);
    try
    {
        return await Dispatcher.RunAsync(result, interrupt.Token);
    }
    catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
    {
        return ExitCode.Interrupted;
    }
    catch (UsageException e)
    {
        return Fail(e.Message, ExitCode.Usage);
    }
    catch (Exception e) when (e is MiberaException or IOException or UnauthorizedAccessException)
    {
        return Fail(e.Message, ExitCode.Failure);
    }
}

static int Fail(string message, int code)
{
    Console.Error.WriteLine($"mibera-run: {message}");
    return code;
}
