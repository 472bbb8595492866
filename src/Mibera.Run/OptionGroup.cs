using System.CommandLine;

namespace Mibera.Run;

/// <summary>Options of one subject.</summary>
/// <param name="Title">The subject.</param>
/// <param name="Common">How many of the options, from the first on, the short help shows.</param>
/// <param name="Options">The options.</param>
internal sealed record OptionGroup(string Title, int Common, IReadOnlyList<Option> Options);
