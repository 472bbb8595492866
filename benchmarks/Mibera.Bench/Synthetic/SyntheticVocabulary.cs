using Mibera.Inference.Gguf;

namespace Mibera.Bench.Synthetic;

/// <summary>
/// A byte-level BPE vocabulary of any size: the 256 bytes, then all pairs of small letters, all triples, all quadruples, each
/// with the merge that makes it of shorter ones, and three special tokens at the end. It encodes any text.
/// </summary>
internal sealed class SyntheticVocabulary
{
    private const int Bytes = 256;
    private const int Letters = 26;
    private const int NormalType = 1;
    private const int ControlType = 3;

    private static readonly string[] Special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    private readonly List<string> _tokens = [];
    private readonly List<string> _merges = [];

    public SyntheticVocabulary(int size)
    {
        var most = Bytes + Pairs().Count() + Special.Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(size, Bytes + Special.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, most);
        for (var value = 0; value < Bytes; value++) _tokens.Add(ByteCharacter(value).ToString());
        foreach (var (left, right) in Pairs().Take(size - Bytes - Special.Length))
        {
            _tokens.Add(left + right);
            _merges.Add($"{left} {right}");
        }
        _tokens.AddRange(Special);
    }

    public IReadOnlyList<string> Tokens => _tokens;

    public IReadOnlyList<string> Merges => _merges;

    /// <summary>Adds the vocabulary's keys.</summary>
    public void AddTo(GgufWriter writer, string preTokenizer)
    {
        var types = _tokens.Select((_, id) => id < _tokens.Count - Special.Length ? NormalType : ControlType).ToArray();
        writer.Add("tokenizer.ggml.model", GgufValue.From("gpt2"));
        writer.Add("tokenizer.ggml.pre", GgufValue.From(preTokenizer));
        writer.Add("tokenizer.ggml.tokens", GgufValue.From(GgufArray.From(_tokens)));
        writer.Add("tokenizer.ggml.token_type", GgufValue.From(GgufArray.From(types)));
        writer.Add("tokenizer.ggml.merges", GgufValue.From(GgufArray.From(_merges)));
        writer.Add("tokenizer.ggml.bos_token_id", GgufValue.From(Id("<|endoftext|>")));
        writer.Add("tokenizer.ggml.eos_token_id", GgufValue.From(Id("<|im_end|>")));
        writer.Add("tokenizer.ggml.add_bos_token", GgufValue.From(false));
    }

    private uint Id(string special) => (uint)(_tokens.Count - Special.Length + Array.IndexOf(Special, special));

    /// <summary>Every token beyond the bytes, as the two that it is merged of; both came earlier.</summary>
    private static IEnumerable<(string Left, string Right)> Pairs()
    {
        for (var length = 2; length <= 4; length++)
        {
            // Two letters of one each, three of two and one, four of two and two.
            var middle = length == 2 ? 1 : 2;
            foreach (var word in Words(length)) yield return (word[..middle], word[middle..]);
        }
    }

    private static IEnumerable<string> Words(int length)
    {
        var count = (int)Math.Pow(Letters, length);
        var word = new char[length];
        for (var number = 0; number < count; number++)
        {
            for (int i = length - 1, rest = number; i >= 0; i--, rest /= Letters) word[i] = (char)('a' + rest % Letters);
            yield return new string(word);
        }
    }

    /// <summary>
    /// The character that stands for a byte in byte-level vocabularies: printable Latin-1 for itself, the others, in order,
    /// from U+0100 on. Source: GPT-2's <c>bytes_to_unicode</c>.
    /// </summary>
    private static char ByteCharacter(int value)
    {
        if (IsPrintable(value)) return (char)value;
        return (char)(0x100 + Enumerable.Range(0, value).Count(smaller => !IsPrintable(smaller)));
    }

    private static bool IsPrintable(int value) => value is (>= 0x21 and <= 0x7e) or (>= 0xa1 and <= 0xac) or (>= 0xae and <= 0xff);
}
