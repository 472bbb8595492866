namespace Mibera.Inference;

/// <summary>A chat template that cannot be parsed or rendered, exceeds its limits, or itself refuses the messages.</summary>
public sealed class ChatTemplateException : MiberaException
{
    internal ChatTemplateException(string reason, int line, int column, bool raisedByTemplate)
        : base($"Chat template, line {line}, column {column}: {reason}")
    {
        Reason = reason;
        Line = line;
        Column = column;
        RaisedByTemplate = raisedByTemplate;
    }

    /// <summary>What is wrong, without the position.</summary>
    public string Reason { get; }

    /// <summary>Line of the template, from 1.</summary>
    public int Line { get; }

    /// <summary>Column of the template in UTF-16 units, from 1.</summary>
    public int Column { get; }

    /// <summary>Whether the template itself refused the messages with <c>raise_exception</c> (a system message where it takes none, say).</summary>
    public bool RaisedByTemplate { get; }
}
