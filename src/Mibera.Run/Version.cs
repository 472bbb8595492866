using System.Reflection;
using Mibera.Inference;

namespace Mibera.Run;

/// <summary>What <c>--version</c> says: the version, and the instruction set that this program uses on this machine.</summary>
internal static class Version
{
    /// <summary>Whether <c>--version</c> is all there is to do: then nothing else need be made ready.</summary>
    public static bool IsAskedAlone(string[] args) => args is ["--version"];

    public static string Text
    {
        get
        {
            var version = typeof(Version).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            return $"{version} ({Processor.InstructionSet}; of {string.Join(", ", Processor.InstructionSets)})";
        }
    }
}
