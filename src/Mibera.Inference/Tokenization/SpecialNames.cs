using System.Text;

namespace Mibera.Inference.Tokenization;

/// <summary>Tokens that end a generation whatever the file says of them, known by their texts (llama.cpp's src/llama-vocab.cpp).</summary>
internal static class SpecialNames
{
    /// <summary>Ends of a turn or message, the one to prefer first.</summary>
    public static readonly string[] EndOfTurn =
    [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<EOT>", "_<EOT>", "[EOT]",
        "<end_of_utterance>",
    ];

    // Ends of a text, and those of code infilling, after which nothing of this text follows.
    private static readonly string[] EndOfText =
    [
        "</s>", "<eos>", "[EOS]", "<|eom_id|>", "<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]", "<|fim_repo|>",
        "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>", "<|file_sep|>",
    ];

    /// <summary>The name that a token's text is, or null.</summary>
    public static string? Find(ReadOnlySpan<byte> text) => Find(text, EndOfTurn) ?? Find(text, EndOfText);

    private static string? Find(ReadOnlySpan<byte> text, string[] names)
    {
        foreach (var name in names)
            if (Ascii.Equals(text, name)) return name;
        return null;
    }
}
