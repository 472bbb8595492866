using System.Globalization;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Syntax;

/// <summary>Splits the inside of one tag into names, literals and operators.</summary>
internal sealed class TagLexer(TemplateSource source, List<Token> tokens, int at)
{
    private static readonly string[] LongOperators = ["**", "//", "==", "!=", "<=", ">="];

    private readonly string _text = source.Text;
    private readonly Stack<char> _open = new();
    private int _at = at;

    /// <summary>Adds the tag's tokens and returns the offset of its end, the sign included.</summary>
    public int ReadUntilEnd(bool isBlock)
    {
        int start = _at;
        for (; ; )
        {
            while (_at < _text.Length && PythonSpace.Is(_text[_at])) _at++;
            if (_at >= _text.Length) throw source.Error(start, $"the tag has no end '{(isBlock ? "%}" : "}}")}'");
            if (_open.Count == 0 && IsEnd(isBlock)) return _at;
            ReadToken();
        }
    }

    private bool IsEnd(bool isBlock)
    {
        // Outputs end in "}}" or "-}}", blocks in "+%}" too.
        int closing = _text[_at] == '-' || (isBlock && _text[_at] == '+') ? _at + 1 : _at;
        return string.CompareOrdinal(_text, closing, isBlock ? "%}" : "}}", 0, 2) == 0;
    }

    private void ReadToken()
    {
        char c = _text[_at];
        if (char.IsAsciiDigit(c)) ReadNumber();
        else if (c is '\'' or '"') ReadString(c);
        else if (IsNamePart(c)) Add(TokenKind.Name, NameEnd());
        else ReadOperator();
    }

    private void Add(TokenKind kind, int end)
    {
        tokens.Add(new Token(kind, _text[_at..end], _at));
        _at = end;
    }

    private static bool IsNamePart(char c) => c == '_' || char.IsLetterOrDigit(c);

    private int NameEnd()
    {
        int end = _at;
        while (end < _text.Length && IsNamePart(_text[end])) end++;
        return end;
    }

    private void ReadString(char quote)
    {
        int end = _at + 1;
        while (end < _text.Length && _text[end] != quote) end += _text[end] == '\\' ? 2 : 1;
        if (end >= _text.Length) throw source.Error(_at, "the string has no end");
        tokens.Add(new Token(TokenKind.String, StringEscapes.Resolve(source, _at + 1, end), _at));
        _at = end + 1;
    }

    private void ReadNumber()
    {
        if (_text[_at] == '0' && _at + 1 < _text.Length && char.ToLowerInvariant(_text[_at + 1]) is 'x' or 'o' or 'b')
        {
            Add(TokenKind.Integer, NameEnd());
            return;
        }

        int end = SkipDigits(_at);
        // In "a.0.1" the dots are attribute access, not decimal points.
        bool isFloat = false;
        if (_at == 0 || _text[_at - 1] != '.')
        {
            int fraction = end < _text.Length && _text[end] == '.' ? SkipDigits(end + 1) : end;
            isFloat = fraction > end + 1;
            if (isFloat) end = fraction;
            int exponent = SkipExponent(end);
            isFloat |= exponent > end;
            end = exponent;
        }

        Add(isFloat ? TokenKind.Float : TokenKind.Integer, end);
    }

    private int SkipDigits(int from)
    {
        while (from < _text.Length && (char.IsAsciiDigit(_text[from]) || IsSeparator(from))) from++;
        return from;
    }

    private bool IsSeparator(int at) => _text[at] == '_' && char.IsAsciiDigit(_text[at - 1])
        && at + 1 < _text.Length && char.IsAsciiDigit(_text[at + 1]);

    private int SkipExponent(int from)
    {
        if (from >= _text.Length || char.ToLowerInvariant(_text[from]) != 'e') return from;
        int digits = from + 1 < _text.Length && _text[from + 1] is '+' or '-' ? from + 2 : from + 1;
        int end = SkipDigits(digits);
        return end > digits ? end : from;
    }

    private void ReadOperator()
    {
        foreach (string candidate in LongOperators)
        {
            if (string.CompareOrdinal(_text, _at, candidate, 0, 2) != 0) continue;
            Add(TokenKind.Operator, _at + 2);
            return;
        }

        char c = _text[_at];
        if (!"+-/*%~[](){}><=.:|,;".Contains(c))
            throw source.Error(_at, string.Create(CultureInfo.InvariantCulture, $"unexpected character '{c}' (U+{(int)c:X4})"));
        if (c is '(' or '[' or '{') _open.Push(c);
        else if (c is ')' or ']' or '}') Close(c);
        Add(TokenKind.Operator, _at + 1);
    }

    private void Close(char c)
    {
        char expected = c switch { ')' => '(', ']' => '[', _ => '{' };
        if (_open.Count == 0 || _open.Pop() != expected) throw source.Error(_at, $"'{c}' closes nothing");
    }
}
