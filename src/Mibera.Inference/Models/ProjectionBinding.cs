using Mibera.Inference.Gguf;

namespace Mibera.Inference.Models;

/// <summary>The tensors whose rows, one after the other, make one projection: one fused tensor, or several.</summary>
/// <param name="Parts">Weights [rows, inputs] with their optional biases, in the order of the output.</param>
internal sealed record ProjectionBinding(IReadOnlyList<(GgufTensor Weight, GgufTensor? Bias)> Parts);
