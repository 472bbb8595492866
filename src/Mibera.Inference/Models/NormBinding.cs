using Mibera.Inference.Gguf;

namespace Mibera.Inference.Models;

/// <summary>A normalization: its weight, and a bias where the file has one.</summary>
internal sealed record NormBinding(GgufTensor Weight, GgufTensor? Bias);
