namespace Mibera.Inference.Chat.Templates.Functions;

/// <summary>Reads the numbers within format strings.</summary>
internal static class Digits
{
    /// <summary>The number at an offset, which moves behind it; null without one. Nine digits at most count.</summary>
    public static int? Read(string text, ref int at)
    {
        int start = at, value = 0;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
        {
            if (at - start < 9) value = (value * 10) + (text[at] - '0');
        }

        return at > start ? value : null;
    }
}
