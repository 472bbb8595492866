namespace Mibera.Bench;

/// <summary>Something that the user can put right; its message is all that is shown.</summary>
internal sealed class BenchException(string message) : Exception(message);
