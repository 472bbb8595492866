using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Syntax;

/// <summary>
/// Splits a template into text and tags, and removes the whitespace around tags: what <c>-</c> and <c>+</c> ask for, and what Jinja's
/// <c>trim_blocks</c> and <c>lstrip_blocks</c> do, which Hugging Face's renderer always sets. The rules are those of Jinja 3.1's lexer.
/// </summary>
internal sealed class Lexer
{
    private readonly TemplateSource _source;
    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private int _at;
    private bool _atLineStart = true;

    private Lexer(TemplateSource source)
    {
        _source = source;
        _text = source.Text;
    }

    public static List<Token> Tokenize(TemplateSource source)
    {
        var lexer = new Lexer(source);
        while (lexer.ReadTextAndTag())
        {
        }

        return lexer._tokens;
    }

    private bool ReadTextAndTag()
    {
        int opening = FindOpening(_at);
        if (opening < 0)
        {
            AddData(_text.AsSpan(_at), _at);
            _tokens.Add(new Token(TokenKind.EndOfTemplate, "", _text.Length));
            return false;
        }

        char sign = SignAt(opening + 2);
        char kind = _text[opening + 1];
        AddData(TrimBeforeTag(_text.AsSpan(_at, opening - _at), sign, isOutput: kind == '{'), _at);
        int inside = opening + (sign == '\0' ? 2 : 3);
        switch (kind)
        {
            case '#': SkipComment(opening, inside); break;
            case '{': ReadTag(opening, inside, TokenKind.OutputBegin, TokenKind.OutputEnd); break;
            default:
                if (!TryReadRaw(opening, inside)) ReadTag(opening, inside, TokenKind.BlockBegin, TokenKind.BlockEnd);
                break;
        }

        return true;
    }

    private int FindOpening(int from)
    {
        while ((from = _text.IndexOf('{', from)) >= 0 && from + 1 < _text.Length)
        {
            if (_text[from + 1] is '{' or '%' or '#') return from;
            from++;
        }

        return -1;
    }

    private char SignAt(int at) => at < _text.Length && _text[at] is '-' or '+' ? _text[at] : '\0';

    private void AddData(ReadOnlySpan<char> text, int at)
    {
        if (text.Length > 0) _tokens.Add(new Token(TokenKind.Data, text.ToString(), at));
    }

    private ReadOnlySpan<char> TrimBeforeTag(ReadOnlySpan<char> text, char sign, bool isOutput)
    {
        if (sign == '-') return PythonSpace.TrimEnd(text);
        if (sign == '+' || isOutput) return text;
        int lineStart = text.LastIndexOf('\n') + 1;
        bool wholeLine = (lineStart > 0 || _atLineStart) && PythonSpace.TrimEnd(text[lineStart..]).IsEmpty;
        return wholeLine ? text[..lineStart] : text;
    }

    private void ReadTag(int opening, int inside, TokenKind begin, TokenKind end)
    {
        _tokens.Add(new Token(begin, _text[opening..inside], opening));
        var tag = new TagLexer(_source, _tokens, inside);
        int closing = tag.ReadUntilEnd(end == TokenKind.BlockEnd);
        _tokens.Add(new Token(end, "", closing));
        FinishTag(closing, trimNewline: end == TokenKind.BlockEnd);
    }

    /// <summary>Moves behind a tag's end at <paramref name="closing"/>: <c>-%}</c> eats all whitespace, <c>%}</c> one newline.</summary>
    private void FinishTag(int closing, bool trimNewline)
    {
        char sign = SignAt(closing);
        _at = closing + (sign == '\0' ? 2 : 3);
        if (sign == '-')
        {
            while (_at < _text.Length && PythonSpace.Is(_text[_at])) _at++;
        }
        else if (sign == '\0' && trimNewline && _at < _text.Length && _text[_at] == '\n')
        {
            _at++;
        }

        _atLineStart = _text[_at - 1] == '\n';
    }

    private void SkipComment(int opening, int inside)
    {
        int end = _text.IndexOf("#}", Math.Min(inside, _text.Length), StringComparison.Ordinal);
        if (end < 0) throw _source.Error(opening, "the comment has no end '#}'");
        if (end > inside && _text[end - 1] is '-' or '+') end--;
        FinishTag(end, trimNewline: true);
    }

    /// <summary><c>{% raw %}</c>: everything up to <c>{% endraw %}</c> is text.</summary>
    private bool TryReadRaw(int opening, int inside)
    {
        if (MatchWord(inside, "raw") is not { } close || SignAt(close) == '+') return false;
        FinishTag(close, trimNewline: false);
        for (int from = _at; (from = _text.IndexOf("{%", from, StringComparison.Ordinal)) >= 0; from += 2)
        {
            char sign = SignAt(from + 2);
            if (MatchWord(from + (sign == '\0' ? 2 : 3), "endraw") is not { } end) continue;
            AddData(TrimBeforeTag(_text.AsSpan(_at, from - _at), sign, isOutput: false), _at);
            FinishTag(end, trimNewline: true);
            return true;
        }

        throw _source.Error(opening, "the raw block has no end '{% endraw %}'");
    }

    /// <summary>Where the tag ends (its sign included) if it holds nothing but <paramref name="word"/>.</summary>
    private int? MatchWord(int at, string word)
    {
        while (at < _text.Length && PythonSpace.Is(_text[at])) at++;
        if (string.CompareOrdinal(_text, at, word, 0, word.Length) != 0) return null;
        at += word.Length;
        while (at < _text.Length && PythonSpace.Is(_text[at])) at++;
        int close = at + (SignAt(at) == '\0' ? 0 : 1);
        return string.CompareOrdinal(_text, close, "%}", 0, 2) == 0 ? at : null;
    }
}
