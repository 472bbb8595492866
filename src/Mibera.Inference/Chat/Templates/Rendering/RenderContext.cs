using System.Runtime.CompilerServices;

namespace Mibera.Inference.Chat.Templates.Rendering;

/// <summary>What one rendering has used of its limits, and where in the source it is: the one maker of its errors.</summary>
internal sealed class RenderContext(TemplateSource source, TimeProvider clock)
{
    private long _steps;
    private long _textTotal;
    private int _depth;

    /// <summary>Offset in the source of what is being evaluated.</summary>
    public int At { get; set; }

    public TimeProvider Clock { get; } = clock;

    public ChatTemplateException Error(string reason) => source.Error(At, reason);

    /// <summary>An error that the template itself raised (<c>raise_exception</c>).</summary>
    public ChatTemplateException Refusal(string reason) => source.Error(At, reason, raisedByTemplate: true);

    /// <summary>Pays for <paramref name="count"/> units of work: a node evaluated, an element visited.</summary>
    public void Step(long count = 1)
    {
        _steps += count;
        if (_steps > TemplateLimits.Steps)
            throw Error($"rendering takes more than {TemplateLimits.Steps} steps");
    }

    /// <summary>Pays for walking over <paramref name="length"/> UTF-16 units; a step is about 32 of them.</summary>
    public void Scan(long length) => Step(length / 32);

    /// <summary>As <see cref="Scan"/>, where every character is looked up in Unicode's tables.</summary>
    public void ScanSlowly(long length) => Step(length / 4);

    /// <summary>Pays for a substring search, whose worst case compares every part of the text with the whole pattern.</summary>
    public void Search(long textLength, long patternLength) => Step(textLength / 32 * (1 + (patternLength / 32)));

    /// <summary>Pays for a string of <paramref name="length"/> UTF-16 units, before it is made.</summary>
    public void Text(long length) => Text(length, length);

    /// <summary>Pays for <paramref name="added"/> UTF-16 units that lengthen a string to <paramref name="length"/>.</summary>
    public void Text(long added, long length)
    {
        if (length > TemplateLimits.TextLength)
            throw Error($"a text of {length} characters, more than {TemplateLimits.TextLength}");
        _textTotal += added;
        if (_textTotal > TemplateLimits.TextTotal)
            throw Error($"rendering makes more than {TemplateLimits.TextTotal} characters of text");
    }

    /// <summary>Goes one level deeper; errors end the rendering, so only the way without them needs <see cref="Leave"/>.</summary>
    public void Enter()
    {
        Step();
        if (++_depth > TemplateLimits.RenderDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Error($"evaluation nested deeper than {TemplateLimits.RenderDepth} levels (endless recursion?)");
    }

    public void Leave() => _depth--;
}
