using Mibera.Inference.Gguf;

namespace Mibera.Inference.Models;

/// <summary>The tensors whose rows, one after the other, make one projection: one fused tensor, or several.</summary>
/// <param name="Weights">Weights [rows, inputs] in the order of the output.</param>
/// <param name="Biases">Biases with the output that each begins at; they need not be split as the weights are.</param>
internal sealed record ProjectionBinding(IReadOnlyList<GgufTensor> Weights, IReadOnlyList<(GgufTensor Tensor, int First)> Biases);
