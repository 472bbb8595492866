using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tokenization;

/// <summary>A pre-tokenizer and what else its name in <c>tokenizer.ggml.pre</c> implies.</summary>
/// <param name="Name">The name, or the one taken for it.</param>
/// <param name="PreTokenizer">The cut.</param>
/// <param name="WholePieces">Whether a piece that is a token becomes that token without asking the merges.</param>
/// <param name="AddsBos">Whether BOS is added where the file does not say.</param>
internal sealed record PreTokenizerChoice(string Name, PreTokenizer PreTokenizer, bool WholePieces = false, bool AddsBos = false)
{
    /// <summary>The key of the name.</summary>
    public const string Key = "tokenizer.ggml.pre";

    private const int MostDigits = 3;

    /// <summary>The pre-tokenizer of a name; null for names that are not known. Names as in llama.cpp's src/llama-vocab.cpp.</summary>
    public static PreTokenizerChoice? Find(string name) => name switch
    {
        "default" => new(name, new DefaultPreTokenizer()),
        "gpt-2" or "phi-2" or "mpt" or "olmo" or "exaone4" or "trillion" or "granite-docling" => new(name, new Gpt2PreTokenizer()),
        "smollm" or "starcoder" or "refact" or "command-r" or "codeshell" or "minerva-7b" => new(name, new DigitsPreTokenizer()),
        "llama-bpe" or "llama3" or "llama-v3" or "falcon3" or "pixtral" or "lfm2" =>
            new(name, new Cl100kPreTokenizer(MostDigits), WholePieces: true, AddsBos: true),
        "dbrx" or "smaug-bpe" or "glm4" or "chatglm-bpe" => new(name, new Cl100kPreTokenizer(MostDigits)),
        "qwen2" or "deepseek-r1-qwen" or "stablelm2" or "hunyuan" or "megrez" => new(name, new Cl100kPreTokenizer(1)),
        "gpt-4o" or "llama4" => new(name, new O200kPreTokenizer(MostDigits, contractions: true)),
        "tekken" => new(name, new O200kPreTokenizer(1, contractions: false), WholePieces: true, AddsBos: true),
        _ => null,
    };

    /// <summary>
    /// The pre-tokenizer of a file. Where it names none (files made before April 2024), or one that is not known, the
    /// number of tokens tells the published vocabularies apart whatever the architecture says; then the architecture decides.
    /// </summary>
    /// <param name="metadata">The file's metadata.</param>
    /// <param name="tokens">Number of tokens.</param>
    /// <param name="warn">Told of a guess.</param>
    public static PreTokenizerChoice Read(GgufMetadata metadata, int tokens, Action<string> warn)
    {
        var name = metadata.GetStringOrNull(Key);
        if (name is not null && Find(name) is { } known) return known;

        var guess = Guess(metadata.GetStringOrNull("general.architecture"), tokens);
        warn(name is null
            ? $"{Key} is missing; '{guess}' is taken, as the other metadata suggest."
            : $"{Key} '{name}' is not known; '{guess}' is taken, as the other metadata suggest.");
        return Find(guess)!;
    }

    private static string Guess(string? architecture, int tokens) => (architecture, tokens) switch
    {
        (_, >= 199_998 and <= 201_088) => "gpt-4o",
        (_, >= 100_256 and <= 100_352) => "dbrx",
        (_, >= 50_257 and <= 51_200) => "gpt-2",
        (_, >= 128_000 and <= 128_256) => "llama-bpe",
        ("phi2", _) => "phi-2",
        ("phi3" or "phimoe", _) => "dbrx",
        ("llama", _) => "llama-bpe",
        ("qwen2", _) => "qwen2",
        _ => "default",
    };
}
