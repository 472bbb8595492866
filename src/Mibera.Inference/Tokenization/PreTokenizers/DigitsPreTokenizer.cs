namespace Mibera.Inference.Tokenization;

/// <summary>SmolLM, StarCoder: every number character by itself (<c>\p{N}</c>), then GPT-2's expression on what is between.</summary>
internal sealed class DigitsPreTokenizer : Gpt2PreTokenizer
{
    /// <inheritdoc/>
    protected override RuneClass Apart => RuneClass.Number;
}
