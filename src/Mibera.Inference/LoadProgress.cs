namespace Mibera.Inference;

/// <summary>How far loading has come.</summary>
/// <param name="Stage">What is being done, in a word or two.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all; 0 where they cannot be counted.</param>
public readonly record struct LoadProgress(string Stage, long Done, long Total);
