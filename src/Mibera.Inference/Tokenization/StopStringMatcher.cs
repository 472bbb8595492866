using System.Text;

namespace Mibera.Inference.Tokenization;

/// <summary>
/// Lets a stream of text through up to the first stop string, and holds back text that may be the beginning of one.
/// What comes out does not depend on where the pieces are cut. Linear in the text (Knuth, Morris and Pratt).
/// </summary>
internal sealed class StopStringMatcher
{
    private readonly Automaton[] _stops;
    private readonly StringBuilder _held = new();

    /// <summary>Creates the matcher.</summary>
    /// <param name="stops">The stop strings, compared character by character. Empty ones are ignored.</param>
    public StopStringMatcher(IEnumerable<string> stops) =>
        _stops = [.. stops.Where(stop => stop.Length > 0).Distinct(StringComparer.Ordinal).Select(stop => new Automaton(stop))];

    /// <summary>The stop string that was found, or null.</summary>
    public string? Matched { get; private set; }

    /// <summary>Adds text.</summary>
    /// <returns>What may be shown: all that precedes a stop string, or that cannot belong to one any more.</returns>
    public string Append(ReadOnlySpan<char> text)
    {
        if (Matched is not null) return "";
        if (_stops.Length == 0) return text.ToString();
        foreach (var character in text)
        {
            _held.Append(character);
            if (Step(character) is not { } stop) continue;
            Matched = stop;
            return Take(_held.Length - stop.Length);
        }

        return Take(_held.Length - _stops.Max(stop => stop.Length));
    }

    /// <summary>Ends the stream: what was held back, if no stop string was found.</summary>
    public string Flush() => Matched is null ? Take(_held.Length) : "";

    // The stop string that ends with this character, the longest if several do: it began first.
    private string? Step(char character)
    {
        string? matched = null;
        foreach (var stop in _stops)
            if (stop.Step(character) && (matched is null || stop.Text.Length > matched.Length)) matched = stop.Text;
        return matched;
    }

    private string Take(int length)
    {
        var text = _held.ToString(0, length);
        _held.Remove(0, length);
        return text;
    }

    private sealed class Automaton
    {
        // _failure[i]: length of the longest proper beginning of the text that ends its first i + 1 characters.
        private readonly int[] _failure;

        public Automaton(string text)
        {
            Text = text;
            _failure = new int[text.Length];
            for (var i = 1; i < text.Length; i++) _failure[i] = Next(_failure[i - 1], text[i]);
        }

        public string Text { get; }

        /// <summary>How many characters of the text the stream ends with.</summary>
        public int Length { get; private set; }

        public bool Step(char character)
        {
            Length = Next(Length, character);
            return Length == Text.Length;
        }

        private int Next(int length, char character)
        {
            while (length > 0 && Text[length] != character) length = _failure[length - 1];
            return Text[length] == character ? length + 1 : 0;
        }
    }
}
