namespace Mibera.Inference.Models;

/// <summary>Receives the final normed hidden state [embedding] of a position, valid during the call.</summary>
internal delegate void HiddenState(ReadOnlySpan<float> hidden);
