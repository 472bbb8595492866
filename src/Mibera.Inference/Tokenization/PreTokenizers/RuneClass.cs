namespace Mibera.Inference.Tokenization;

/// <summary>What the regular expressions of the published tokenizers ask of a character.</summary>
[Flags]
internal enum RuneClass : byte
{
    /// <summary>None of the others: symbols, controls, bytes that are no UTF-8.</summary>
    Other = 0,

    /// <summary><c>\p{L}</c></summary>
    Letter = 1,

    /// <summary><c>\p{N}</c></summary>
    Number = 2,

    /// <summary><c>\s</c></summary>
    Space = 4,

    /// <summary><c>[\r\n]</c></summary>
    LineBreak = 8,

    /// <summary><c>[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]</c></summary>
    Upper = 16,

    /// <summary><c>[\p{Ll}\p{Lm}\p{Lo}\p{M}]</c></summary>
    Lower = 32,

    /// <summary><c>[\p{P}\$\+&lt;=>\^~\|]</c></summary>
    Punctuation = 64,
}
