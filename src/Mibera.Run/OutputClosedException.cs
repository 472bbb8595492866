namespace Mibera.Run;

/// <summary>The reader of stdout has closed its end of the pipe.</summary>
internal sealed class OutputClosedException(Exception innerException) : Exception("stdout was closed by its reader", innerException);
