using System.Text;

namespace Mibera.Inference.Chat.Templates.Rendering;

/// <summary>A string under construction whose growth is paid for.</summary>
internal sealed class BoundedText(RenderContext context)
{
    private readonly StringBuilder _text = new();

    public RenderContext Context { get; } = context;

    public BoundedText Append(ReadOnlySpan<char> text)
    {
        Context.Text(text.Length, (long)_text.Length + text.Length);
        _text.Append(text);
        return this;
    }

    public BoundedText Append(char c) => Append(new ReadOnlySpan<char>(in c));

    public BoundedText Append(char c, long count)
    {
        if (count <= 0) return this;
        Context.Text(count, _text.Length + count);
        _text.Append(c, (int)count);
        return this;
    }

    public override string ToString() => _text.ToString();
}
