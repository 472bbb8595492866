using System.Text;
using Microsoft.Extensions.AI;

namespace Mibera.Inference.Extensions.AI.Tools;

/// <summary>Finds tool calls in an answer's text. What cannot be read as calls stays text: nothing that the model says is lost.</summary>
internal sealed class ToolCallReader(ToolCallSyntax syntax)
{
    private readonly StringBuilder _held = new();

    /// <summary>Takes text, and returns what of it is certainly no call.</summary>
    public string Append(string text)
    {
        _held.Append(text);
        var all = _held.ToString();
        var open = all.IndexOf(syntax.Open, StringComparison.Ordinal);
        // From the first call on everything waits for the end: calls come last.
        var shown = open >= 0 ? open : all.Length - Overlap(all, syntax.Open);
        _held.Remove(0, shown);
        return all[..shown];
    }

    /// <summary>Adds what was held back, as calls and as text; returns how many calls there are.</summary>
    public int Finish(string idPrefix, List<AIContent> contents)
    {
        var (rest, count) = (_held.ToString(), 0);
        _held.Clear();
        while (rest.Length > 0)
        {
            var open = rest.IndexOf(syntax.Open, StringComparison.Ordinal);
            var (start, inner) = (open < 0 ? rest.Length : open, open + syntax.Open.Length);
            AddText(rest[..start]);
            if (open < 0)
                break;
            // The token after the last call may be the end of the answer instead of the closing one.
            var close = rest.IndexOf(syntax.Close, inner, StringComparison.Ordinal);
            var end = close < 0 ? rest.Length : close + syntax.Close.Length;
            if (ToolCallSyntax.TryRead(rest[inner..(close < 0 ? rest.Length : close)], $"call_{idPrefix}_{count}", out var calls))
            {
                calls[0].RawRepresentation = rest[open..end];
                contents.AddRange(calls);
                count += calls.Count;
            }
            else
            {
                AddText(rest[open..end]);
            }
            rest = rest[end..];
        }
        return count;

        void AddText(string text)
        {
            // Blank lines around calls mean nothing.
            if (!string.IsNullOrWhiteSpace(text))
                contents.Add(new TextContent(text));
        }
    }

    /// <summary>How many characters at the end of <paramref name="text"/> may be the beginning of <paramref name="tag"/>.</summary>
    private static int Overlap(string text, string tag)
    {
        for (var length = Math.Min(text.Length, tag.Length - 1); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(tag.AsSpan(0, length)))
                return length;
        }
        return 0;
    }
}
