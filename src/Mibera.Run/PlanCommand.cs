using System.CommandLine;
using Mibera.Inference;

namespace Mibera.Run;

/// <summary>Prints what a model would take in memory; nothing but its header is read.</summary>
internal static class PlanCommand
{
    public static Task RunAsync(ParseResult options)
    {
        Console.Out.Write(MemoryPlan.For(ModelLoader.Path(options), ModelLoader.Options(options)));
        return Task.CompletedTask;
    }
}
