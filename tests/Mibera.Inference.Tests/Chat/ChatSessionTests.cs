using System.Text;
using Mibera.Inference.Chat;
using Mibera.Inference.Sampling;

namespace Mibera.Inference.Tests.Chat;

/// <summary>Conversations with the real small chat model: what is read, what is kept, what an interruption leaves.</summary>
public sealed class ChatSessionTests
{
    private static readonly GenerationOptions Greedy = new() { Temperature = 0, MaxTokens = 24 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnswersAsThePlainSessionDoes()
    {
        using var model = await Load();
        using var chat = model.CreateChat(new ChatOptions { SystemPrompt = "You are a pirate.", Generation = Greedy });
        var answer = await Text(chat.SendAsync("Who are you?", Token));
        const string Prompt = "<|im_start|>system\nYou are a pirate.<|im_end|>\n<|im_start|>user\nWho are you?<|im_end|>\n<|im_start|>assistant\n";
        using var session = model.CreateSession();
        Assert.Equal(await Text(session.GenerateAsync(Prompt, Greedy, Token)), answer);
        Assert.Equal(["system", "user", "assistant"], chat.Messages.Select(m => m.Role));
        Assert.Equal(answer, chat.Messages[^1].Content);
        Assert.Equal(24, chat.LastAnswer.GeneratedTokens);
        Assert.Equal("the model's own", chat.TemplateName);
    }

    [Fact]
    public async Task OnlyNewTokensAreRead()
    {
        using var model = await Load();
        using var chat = model.CreateChat(new ChatOptions { Generation = Greedy });
        // Words that are cut otherwise than the tokenizer would cut them: they must be kept as they are.
        int[] letters = [.. "Once upon".SelectMany(letter => model.Tokenizer.Encode($"{letter}"))];
        Assert.Equal("Once upon", await Text(chat.SendAsync("Tell me a story.", Forced(letters), Token)));
        Assert.Equal(letters, chat.Tokens[^letters.Length..].ToArray());
        Assert.NotEqual(letters, model.Tokenizer.Encode("Once upon"));
        for (var turn = 0; turn < 3; turn++)
        {
            var before = chat.Tokens.ToArray();
            await Text(chat.SendAsync("Go on.", Token));
            Assert.Equal(before, chat.Tokens[..before.Length].ToArray());
            Assert.Equal(before.Length, chat.LastAnswer.ReusedTokens);
            // The token that was generated last is computed only when another one is wanted.
            Assert.InRange(chat.LastAnswer.PrefillTokens - (chat.LastAnswer.PromptTokens - before.Length), 0, 1);
        }
        Assert.Equal(4, chat.Messages.Count(m => m.Role == "assistant"));
    }

    [Fact]
    public async Task ACachedConversationAnswersAsAFreshOne()
    {
        using var model = await Load();
        using var chat = model.CreateChat(new ChatOptions { Generation = Greedy });
        await Text(chat.SendAsync("What is the capital of France?", Token));
        var answer = await Text(chat.SendAsync("And of Spain?", Token));
        using var saved = new MemoryStream();
        Assert.NotNull(chat.Undo());
        chat.Add(ChatMessage.User("And of Spain?"));
        chat.Save(saved);
        saved.Position = 0;
        using var fresh = model.CreateChat(new ChatOptions { Generation = Greedy });
        fresh.Load(saved);
        Assert.Equal(answer, await Text(fresh.AnswerAsync(cancellationToken: Token)));
        Assert.Equal(0, fresh.LastAnswer.ReusedTokens);
        Assert.Equal(answer, await Text(chat.AnswerAsync(cancellationToken: Token)));
        Assert.Equal(fresh.Tokens.ToArray(), chat.Tokens.ToArray());
    }

    [Fact]
    public async Task TheSeedOfAnAnswerRepeatsIt()
    {
        using var model = await Load();
        var hot = new GenerationOptions { MaxTokens = 24, Temperature = 1.5f };
        using var chat = model.CreateChat(new ChatOptions { Generation = hot });
        Assert.Null(chat.LastAnswer.Seed);
        var answer = await Text(chat.SendAsync("Tell me a story.", Token));
        Assert.NotNull(chat.LastAnswer.Seed);
        using var again = model.CreateChat(new ChatOptions { Generation = hot with { Seed = chat.LastAnswer.Seed } });
        Assert.Equal(answer, await Text(again.SendAsync("Tell me a story.", Token)));
        Assert.Equal(chat.LastAnswer.Seed, again.Total.Seed);
    }

    [Fact]
    public async Task AnInterruptedAnswerStaysAsFarAsItCame()
    {
        using var model = await Load();
        using var chat = model.CreateChat(new ChatOptions { Generation = Greedy });
        using var stop = new CancellationTokenSource();
        var shown = new StringBuilder();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var piece in chat.SendAsync("Tell me a long story.", stop.Token))
            {
                shown.Append(piece.Text);
                if (shown.Length > 20)
                    await stop.CancelAsync();
            }
        });
        Assert.Equal(shown.ToString(), chat.Messages[^1].Content);
        Assert.Equal(StopReason.Cancelled, chat.LastAnswer.StopReason);
        var before = chat.Tokens.ToArray();
        await Text(chat.SendAsync("Go on.", Token));
        Assert.Equal(before, chat.Tokens[..before.Length].ToArray());
        Assert.Equal(4, chat.Messages.Count);
        // Given up rather than cancelled.
        await foreach (var piece in chat.SendAsync("And then?", Token))
        {
            if (piece.Text.Length > 0)
                break;
        }
        Assert.Equal(6, chat.Messages.Count);
        Assert.NotEmpty(chat.Messages[^1].Content);
    }

    [Fact]
    public async Task AnInterruptedAnswerIsContinued()
    {
        using var model = await Load();
        using var chat = model.CreateChat(new ChatOptions { Generation = Greedy });
        await Text(chat.SendAsync("Count to ten.", Token));
        var whole = chat.Messages[^1].Content;
        await Text(chat.RegenerateAsync(Greedy with { MaxTokens = 10 }, Token));
        Assert.StartsWith(chat.Messages[^1].Content, whole, StringComparison.Ordinal);
        await Text(chat.AnswerAsync(Greedy with { MaxTokens = 14 }, Token));
        Assert.Equal(whole, chat.Messages[^1].Content);
        Assert.Equal(2, chat.Messages.Count);
    }

    [Fact]
    public async Task WhatNeverBeganLeavesNoTrace()
    {
        using var model = await Load();
        using var chat = model.CreateChat(new ChatOptions { Generation = Greedy });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Text(chat.SendAsync("Hello", new CancellationToken(canceled: true))));
        Assert.Empty(chat.Messages);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Text(chat.AnswerAsync(cancellationToken: Token)));
        await Text(chat.SendAsync("Hello", Token));
        Assert.Equal(2, chat.Messages.Count);
    }

    [Fact]
    public async Task UndoRegenerateAndClear()
    {
        using var model = await Load();
        using var chat = model.CreateChat(new ChatOptions { SystemPrompt = "Be brief.", Generation = Greedy });
        var first = await Text(chat.SendAsync("Name a colour.", Token));
        await Text(chat.SendAsync("Another one.", Token));
        Assert.Equal("Another one.", chat.Undo()!.Content);
        Assert.Equal(first, chat.Messages[^1].Content);
        Assert.Equal(first, await Text(chat.RegenerateAsync(cancellationToken: Token)));
        // All but the last token, whose logits are wanted.
        Assert.Equal(chat.LastAnswer.PromptTokens - 1, chat.LastAnswer.ReusedTokens);
        Assert.Equal(3, chat.Messages.Count);
        chat.Clear();
        Assert.Equal("Be brief.", Assert.Single(chat.Messages).Content);
        Assert.Null(chat.Undo());
        chat.SystemPrompt = null;
        Assert.Empty(chat.Messages);
        Assert.True(chat.Total.PromptTokens > 2 * chat.LastAnswer.PromptTokens);
    }

    [Fact]
    public async Task AStopStringIsNoPartOfTheConversation()
    {
        using var model = await Load();
        using var chat = model.CreateChat(new ChatOptions { Generation = Greedy });
        var whole = await Text(chat.SendAsync("Count to ten.", Token));
        var stop = whole.Substring(9, 3);
        var cut = await Text(chat.RegenerateAsync(Greedy with { StopStrings = [stop] }, Token));
        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], cut);
        Assert.Equal(cut, chat.Messages[^1].Content);
        await Text(chat.SendAsync("Go on.", Token));
        Assert.DoesNotContain(stop, model.Tokenizer.Decode(chat.Tokens, skipSpecial: false).Split("Go on.")[0], StringComparison.Ordinal);
    }

    private static GenerationOptions Forced(int[] tokens) => Greedy with { MaxTokens = tokens.Length, LogitsProcessors = [new Script(tokens)] };

    private static Task<LanguageModel> Load() => LanguageModel.LoadAsync(Fixtures.Path("smol/smol-chat-135m-Q4_1.gguf"), cancellationToken: Token);

    private static async Task<string> Text(IAsyncEnumerable<GeneratedPiece> pieces)
    {
        var text = new StringBuilder();
        await foreach (var piece in pieces)
            text.Append(piece.Text);
        return text.ToString();
    }

    /// <summary>Lets only the given tokens come, in order.</summary>
    private sealed class Script(int[] tokens) : ILogitsProcessor
    {
        private int _next;

        public void Process(ReadOnlySpan<int> context, Span<float> logits)
        {
            logits.Fill(float.NegativeInfinity);
            logits[tokens[_next++]] = 0;
        }
    }
}
