using Mibera.Inference.Sampling;

namespace Mibera.Inference;

/// <summary>How text is generated: the sampling of <see cref="SamplingOptions"/>, and when to stop.</summary>
public record GenerationOptions : SamplingOptions
{
    /// <summary>Tokens to generate at most; -1: until the model ends or the context is full.</summary>
    public int MaxTokens { get; init; } = -1;

    /// <summary>How many of the likeliest tokens of each position are given out with their log-probabilities; 0: none.</summary>
    public int TopLogProbabilities { get; init; }

    /// <summary>Texts that end the generation; they are not part of it.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Whether to go on after a token that ends a generation.</summary>
    public bool IgnoreEndOfGeneration { get; init; }

    /// <summary>Further tokens that end the generation; they are not part of it.</summary>
    public IReadOnlyCollection<int> StopTokens { get; init; } = [];

    /// <summary>What happens when the context is full. A chat has an option of its own.</summary>
    public ContextOverflow ContextOverflow { get; init; }

    /// <summary>Tokens at the beginning that <see cref="ContextOverflow.Shift"/> never drops; a BOS token always stays.</summary>
    public int KeepTokens { get; init; }

    /// <summary>Whether a prompt at the beginning of a session gets the model's BOS token, where it has one.</summary>
    public bool AddBos { get; init; } = true;

    /// <summary>Whether special tokens written out in a prompt are taken as such.</summary>
    public bool ParseSpecial { get; init; } = true;

    /// <summary>Whether special tokens that the model generates appear in the text.</summary>
    public bool ShowSpecial { get; init; }
}
