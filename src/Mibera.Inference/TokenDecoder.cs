using System.Text;

namespace Mibera.Inference;

/// <summary>
/// Turns tokens into text one by one. Text comes out as soon as its characters are complete: one whose bytes are spread
/// over several tokens appears whole with the last of them. Not thread-safe.
/// </summary>
public sealed class TokenDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly bool _skipSpecial;
    private bool _dropSpace;

    internal TokenDecoder(Tokenizer tokenizer, bool dropSpace, bool skipSpecial)
    {
        _tokenizer = tokenizer;
        _dropSpace = dropSpace;
        _skipSpecial = skipSpecial;
    }

    /// <summary>Adds a token; returns the text that is complete with it, which may be empty.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    public string Append(int id)
    {
        var special = _tokenizer.IsControl(id);
        if (special && _skipSpecial) return "";

        var bytes = _tokenizer.GetBytes(id);
        if (_dropSpace && !special)
        {
            if (bytes.StartsWith(" "u8)) bytes = bytes[1..];
            _dropSpace = false;
        }

        return Decode(bytes, flush: false);
    }

    /// <summary>Ends the text: U+FFFD for a character that was not completed, else nothing.</summary>
    public string Flush() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        const int OnStack = 256;
        var most = Encoding.UTF8.GetMaxCharCount(bytes.Length);
        var characters = most <= OnStack ? stackalloc char[OnStack] : new char[most];
        return new(characters[.._decoder.GetChars(bytes, characters, flush)]);
    }
}
