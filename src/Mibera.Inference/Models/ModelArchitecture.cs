namespace Mibera.Inference.Models;

/// <summary>The labels that <c>general.architecture</c> may carry. Which network it is, the tensors decide.</summary>
internal enum ModelArchitecture
{
    /// <summary>phi-1, phi-1.5, phi-2; and, in the wild, Phi-4 fine-tunes put through a Phi-2 converter.</summary>
    Phi2,

    /// <summary>Phi-3, Phi-3.5, Phi-4.</summary>
    Phi3,

    /// <summary>Phi-3.5-MoE and its relatives.</summary>
    PhiMoe,

    /// <summary>Llama-shaped exports of Phi models: split projections, interleaved RoPE rows.</summary>
    Llama,
}
