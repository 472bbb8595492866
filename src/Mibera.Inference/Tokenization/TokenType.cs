namespace Mibera.Inference.Tokenization;

/// <summary>The kinds of token, numbered as in <c>tokenizer.ggml.token_type</c>.</summary>
internal enum TokenType : byte
{
    Undefined = 0,
    Normal = 1,
    Unknown = 2,

    /// <summary>Structure, not text: found in a text only when special tokens are parsed.</summary>
    Control = 3,

    /// <summary>Added by the model's maker: found in every text before anything else is done with it.</summary>
    UserDefined = 4,
    Unused = 5,

    /// <summary>One byte of a character that has no token of its own, <c>&lt;0xHH&gt;</c> in SentencePiece vocabularies.</summary>
    Byte = 6,
}
