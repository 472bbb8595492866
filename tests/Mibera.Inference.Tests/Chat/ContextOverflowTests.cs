using System.Text;
using Mibera.Inference.Chat;

namespace Mibera.Inference.Tests.Chat;

/// <summary>A full context: each policy does what it says, and the statistics say what was lost.</summary>
public sealed class ContextOverflowTests
{
    private const int Context = 128;

    private static readonly string[] Questions = ["Tell me about the sea.", "And about mountains?", "And about rivers?", "And about deserts?"];

    private static readonly GenerationOptions Greedy = new() { Temperature = 0, MaxTokens = 32, IgnoreEndOfGeneration = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StopRefusesAPromptThatDoesNotFitAndKeepsTheConversation()
    {
        using var model = await Load();
        using var chat = Start(model, ContextOverflow.Stop);
        await Text(chat.SendAsync(Questions[0], Token));
        await Assert.ThrowsAsync<ContextFullException>(() => Text(chat.SendAsync(string.Concat(Enumerable.Repeat("sea ", Context)), Token)));
        Assert.Equal(["system", "user", "assistant"], chat.Messages.Select(m => m.Role));
        await Text(chat.SendAsync(Questions[1], Greedy with { MaxTokens = -1 }, Token));
        Assert.Equal(StopReason.ContextFull, chat.LastAnswer.StopReason);
        Assert.Equal((0, 0L), (chat.LastAnswer.DroppedMessages, chat.LastAnswer.DiscardedTokens));
        Assert.Equal(Context, chat.Position);
    }

    /// <summary>The last question is short enough to be read before anything is dropped, or not.</summary>
    [Theory]
    [InlineData("And about deserts?")]
    [InlineData("And about deserts, their days and nights, and what lives in them?")]
    public async Task TruncatingGoesOnAsTheShorterConversationWould(string last)
    {
        using var model = await Load();
        using var chat = Start(model, ContextOverflow.TruncateOldestTurns);
        foreach (var question in Questions[..^1].Append(last))
            await Text(chat.SendAsync(question, Token));
        Assert.Equal(2, chat.LastAnswer.DroppedMessages);
        Assert.Equal(1 + 2 * Questions.Length, chat.Messages.Count);
        var seen = model.Tokenizer.Decode(chat.Tokens, skipSpecial: false);
        // Whole turns went: behind the system prompt a user's message comes first.
        Assert.StartsWith("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(Questions[0], seen, StringComparison.Ordinal);
        Assert.Contains(last, seen, StringComparison.Ordinal);
        // Read before anything was dropped, the prompt left room for so many tokens of the answer.
        var early = chat.LastAnswer.PromptTokens > Context * 3 / 4 ? Context - (int)chat.LastAnswer.PromptTokens : 0;
        Assert.Equal(last == Questions[^1], early > 0);
        using var session = model.CreateSession();
        var shorter = chat.Tokens[..^(32 - early)].ToArray();
        await Text(session.GenerateAsync(shorter, Greedy with { MaxTokens = 32 - early }, Token));
        Assert.Equal(session.Tokens.ToArray(), chat.Tokens.ToArray());
    }

    [Fact]
    public async Task ALongAnswerDropsTurnsOnItsWay()
    {
        using var model = await Load();
        using var chat = Start(model, ContextOverflow.TruncateOldestTurns);
        await Text(chat.SendAsync(Questions[0], Token));
        var answer = await Text(chat.SendAsync(Questions[1], Greedy with { MaxTokens = 70 }, Token));
        Assert.Equal(2, chat.LastAnswer.DroppedMessages);
        Assert.Equal(70, chat.LastAnswer.GeneratedTokens);
        Assert.Equal(answer, chat.Messages[^1].Content);
        Assert.DoesNotContain(Questions[0], model.Tokenizer.Decode(chat.Tokens), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShiftingKeepsTheSystemPromptAndReadsOnlyWhatIsNew()
    {
        using var model = await Load();
        using var chat = Start(model, ContextOverflow.Shift);
        long discarded = 0;
        foreach (var question in Questions.Concat(Questions))
        {
            await Text(chat.SendAsync(question, Token));
            discarded += chat.LastAnswer.DiscardedTokens;
            Assert.Equal(32, chat.LastAnswer.GeneratedTokens);
            // A question of this length, its tags, and the last token of the answer before; in the first turn the system prompt.
            Assert.InRange(chat.LastAnswer.PrefillTokens, 1, 40);
        }
        Assert.InRange(discarded, 100, 1000);
        Assert.Equal(discarded, chat.Total.DiscardedTokens);
        Assert.InRange(chat.Position, 1, Context);
        Assert.StartsWith("<|im_start|>system\nBe brief.<|im_end|>\n", model.Tokenizer.Decode(chat.Tokens, skipSpecial: false), StringComparison.Ordinal);
        Assert.Equal(1 + 4 * Questions.Length, chat.Messages.Count);
    }

    [Fact]
    public async Task ATextShiftsToo()
    {
        using var model = await Load();
        using var session = model.CreateSession(64);
        var prompt = model.Tokenizer.Encode("Once upon a time there was a little girl");
        var options = Greedy with { MaxTokens = 200, ContextOverflow = ContextOverflow.Shift, KeepTokens = prompt.Length };
        await Text(session.GenerateAsync(prompt, options, Token));
        Assert.Equal(StopReason.MaxTokens, session.Statistics.StopReason);
        Assert.Equal(prompt, session.Tokens[..prompt.Length].ToArray());
        Assert.Equal(prompt.Length + 200 - session.Position, session.Statistics.DiscardedTokens);
        await Assert.ThrowsAsync<ArgumentException>(
            () => Text(session.GenerateAsync("a", Greedy with { ContextOverflow = ContextOverflow.TruncateOldestTurns }, Token)));
    }

    private static ChatSession Start(LanguageModel model, ContextOverflow overflow) => model.CreateChat(new ChatOptions
    {
        SystemPrompt = "Be brief.",
        ContextLength = Context,
        ContextOverflow = overflow,
        Generation = Greedy,
    });

    private static Task<LanguageModel> Load() => LanguageModel.LoadAsync(Fixtures.Path("smol/smol-chat-135m-Q4_1.gguf"), cancellationToken: Token);

    private static async Task<string> Text(IAsyncEnumerable<GeneratedPiece> pieces)
    {
        var text = new StringBuilder();
        await foreach (var piece in pieces)
            text.Append(piece.Text);
        return text.ToString();
    }
}
