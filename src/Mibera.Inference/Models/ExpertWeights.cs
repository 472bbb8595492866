namespace Mibera.Inference.Models;

/// <summary>A mixture of experts: the router, and gate over up and down of every expert.</summary>
internal sealed class ExpertWeights
{
    public required Projection Router { get; init; }

    public required Projection[] GateUp { get; init; }

    public required Projection[] Down { get; init; }
}
