namespace Mibera.Inference;

/// <summary>Receives the logits of one position of a prompt.</summary>
/// <param name="position">The position in the sequence, from 0.</param>
/// <param name="logits">Logits [vocabulary], valid during the call.</param>
public delegate void PositionLogits(int position, ReadOnlySpan<float> logits);
