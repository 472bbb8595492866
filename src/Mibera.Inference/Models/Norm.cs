namespace Mibera.Inference.Models;

/// <summary>The weight and the optional bias of a normalization, as floats.</summary>
internal sealed record Norm(float[] Weight, float[]? Bias);
