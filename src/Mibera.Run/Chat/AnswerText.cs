namespace Mibera.Run.Chat;

/// <summary>
/// An answer as a terminal may see it: without white space before its first letter, and without control characters, which the
/// terminal would obey.
/// </summary>
internal sealed class AnswerText
{
    public bool IsEmpty { get; private set; } = true;

    public string Append(string piece)
    {
        var text = Harmless(IsEmpty ? piece.TrimStart() : piece);
        IsEmpty &= text.Length == 0;
        return text;
    }

    public static string Harmless(string text) =>
        text.Any(c => char.IsControl(c) && c is not ('\n' or '\t')) ? string.Concat(text.Where(c => !char.IsControl(c) || c is '\n' or '\t')) : text;
}
