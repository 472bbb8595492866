using Mibera.Inference.Chat.Templates.Rendering;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>Fills a text up to a width, counted in code points.</summary>
internal static class Padding
{
    /// <param name="text">What to fill up.</param>
    /// <param name="width">Code points of the result, if the text has not more.</param>
    /// <param name="filler">The character to fill with.</param>
    /// <param name="alignment"><c>&lt;</c>, <c>&gt;</c> or <c>^</c>.</param>
    /// <param name="context">The rendering.</param>
    public static string Apply(string text, int width, char filler, char alignment, RenderContext context)
    {
        long missing = (long)width - CodePoints.Count(text);
        if (missing <= 0) return text;
        // Python's center puts the odd character to the left if the width is odd, format's '^' never differs by more than that.
        long left = alignment switch { '<' => 0, '>' => missing, _ => (missing / 2) + (missing & width & 1) };
        return new BoundedText(context).Append(filler, left).Append(text).Append(filler, missing - left).ToString();
    }
}
