namespace Mibera.Run;

/// <summary>Options that do not make sense together, or a value that is none.</summary>
internal sealed class UsageException(string message) : Exception(message);
