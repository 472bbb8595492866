using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Mibera.Inference.Tokenization;

/// <summary>A <see cref="Tokenizer"/> in the shape that Microsoft.ML.Tokenizers gives to tokenizers.</summary>
internal sealed class MLTokenizer(Tokenizer tokenizer) : Microsoft.ML.Tokenizers.Tokenizer
{
    /// <inheritdoc/>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        (idsConsumed, charsWritten) = (0, 0);
        var decoder = tokenizer.CreateDecoder(atStart: true, skipSpecial: false);
        var pending = 0;
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)tokenizer.VocabularySize) return OperationStatus.InvalidData;
            var text = decoder.Append(id);
            if (!text.TryCopyTo(destination[charsWritten..])) return OperationStatus.DestinationTooSmall;
            charsWritten += text.Length;
            pending++;
            if (text.Length == 0) continue;
            idsConsumed += pending;
            pending = 0;
        }

        var rest = decoder.Flush();
        if (!rest.TryCopyTo(destination[charsWritten..])) return OperationStatus.DestinationTooSmall;
        charsWritten += rest.Length;
        idsConsumed += pending;
        return OperationStatus.Done;
    }

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids) => tokenizer.Decode([.. ids], skipSpecial: false);

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var characters = text ?? textSpan;
        var utf8 = new byte[Encoding.UTF8.GetByteCount(characters)];
        Encoding.UTF8.GetBytes(characters, utf8);
        var ends = CharacterEnds(characters, utf8.Length);

        var tokens = new List<EncodedToken>();
        var at = 0;
        foreach (var id in tokenizer.EncodeUtf8(utf8))
        {
            if (tokens.Count == settings.MaxTokenCount) break;
            var piece = tokenizer.GetBytes(id);
            var end = Align(utf8, at, piece);

            // A token that ends inside a character covers all of it, as the library's own tokenizers have it.
            var range = (at == 0 ? 0 : ends[at - 1])..(end == 0 ? 0 : ends[end - 1]);
            tokens.Add(new(id, Encoding.UTF8.GetString(piece), range));
            at = end;
        }

        return new() { Tokens = tokens, CharsConsumed = at == 0 ? 0 : ends[at - 1] };
    }

    // For each byte the UTF-16 index after the character that it belongs to.
    private static int[] CharacterEnds(ReadOnlySpan<char> text, int bytes)
    {
        var ends = new int[bytes];
        var (at, index) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            index += rune.Utf16SequenceLength;
            ends.AsSpan(at, rune.Utf8SequenceLength).Fill(index);
            at += rune.Utf8SequenceLength;
        }

        return ends;
    }

    // Where the text goes on after a token. Its bytes are those of the text but for spaces: one may have been put before
    // the text, and a visible one is written as three bytes.
    private static int Align(ReadOnlySpan<byte> text, int at, ReadOnlySpan<byte> piece)
    {
        foreach (var b in piece)
        {
            if (at < text.Length && text[at] == b) at++;
            else if (b == ' ' && text[at..].StartsWith(VocabularyReader.VisibleSpace)) at += VocabularyReader.VisibleSpace.Length;
        }

        return at;
    }
}
