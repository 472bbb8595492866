using Mibera.Inference.Gguf;

namespace Mibera.Inference.Models;

/// <summary>A mixture of experts: the router [experts, embedding], and a third dimension of experts in the rest.</summary>
internal sealed record ExpertBinding(GgufTensor Router, GgufTensor Gate, GgufTensor Up, GgufTensor Down);
