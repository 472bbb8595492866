using System.Text;

namespace Mibera.Inference.Chat;

/// <summary>What a template does around messages, found by rendering a made-up conversation.</summary>
internal sealed record TurnTraits
{
    private const string Instructions = "instructions-0", Question = "question-1", Answer = "answer-2", Next = "question-3";

    // Shorter texts than this could occur in any answer.
    private const int ShortestEnd = 3;

    /// <summary>Whether system messages appear in the prompt. Some templates refuse them, some leave them out.</summary>
    public bool TakesSystem { get; private init; } = true;

    /// <summary>The text right before every answer, from its last special token or line on; null: unknown.</summary>
    public string? Lead { get; private init; }

    /// <summary>The special token that ends an answer, or null.</summary>
    public int? EndToken { get; private init; }

    /// <summary>The text that ends an answer where no special token does, or null.</summary>
    public string? EndText { get; private init; }

    /// <param name="tokenizer">Knows the special tokens.</param>
    /// <param name="render">Renders messages up to where the next answer begins; null where the template refuses them.</param>
    public static TurnTraits Find(Tokenizer tokenizer, Func<ChatMessage[], string?> render)
    {
        ChatMessage[] turns = [ChatMessage.User(Question), ChatMessage.Assistant(Answer), ChatMessage.User(Next)];
        var withSystem = render([ChatMessage.System(Instructions), ChatMessage.User(Question)]);
        var takesSystem = withSystem?.Contains(Instructions, StringComparison.Ordinal);
        var text = render(turns);
        if (text is null || !text.Contains(Answer, StringComparison.Ordinal) || !text.Contains(Next, StringComparison.Ordinal))
            return new TurnTraits { TakesSystem = takesSystem ?? false };
        var answerEnd = text.IndexOf(Answer, StringComparison.Ordinal) + Answer.Length;
        var next = text.IndexOf(Next, answerEnd, StringComparison.Ordinal);
        var between = next < 0 ? "" : text[answerEnd..next];
        var end = EndTokenOf(tokenizer, between);
        return new TurnTraits
        {
            TakesSystem = takesSystem ?? false,
            Lead = LeadOf(tokenizer, text[(text.LastIndexOf(Next, StringComparison.Ordinal) + Next.Length)..]),
            EndToken = end,
            EndText = end is null && between.Trim().Length >= ShortestEnd ? between.TrimEnd() : null,
        };
    }

    private static int? EndTokenOf(Tokenizer tokenizer, string between)
    {
        foreach (var id in tokenizer.Encode(between, parseSpecial: true))
        {
            if (IsSpecial(tokenizer, id))
                return id;
            if (tokenizer.GetBytes(id).IndexOfAnyExcept(" \t\r\n"u8) >= 0)
                return null;
        }
        return null;
    }

    private static string? LeadOf(Tokenizer tokenizer, string prompt)
    {
        var start = prompt.TrimEnd().LastIndexOf('\n') + 1;
        foreach (var id in tokenizer.Encode(prompt, parseSpecial: true))
        {
            if (IsSpecial(tokenizer, id))
                start = prompt.LastIndexOf(Encoding.UTF8.GetString(tokenizer.GetBytes(id)), StringComparison.Ordinal);
        }
        return start >= 0 && start < prompt.Length ? prompt[start..] : null;
    }

    private static bool IsSpecial(Tokenizer tokenizer, int id) => tokenizer.FindSpecial(Encoding.UTF8.GetString(tokenizer.GetBytes(id))) == id;
}
