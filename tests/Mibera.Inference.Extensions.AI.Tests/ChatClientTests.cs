using System.Text;
using Mibera.Inference.Chat;
using Microsoft.Extensions.AI;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;
using ChatOptions = Microsoft.Extensions.AI.ChatOptions;

namespace Mibera.Inference.Extensions.AI.Tests;

/// <summary>The chat client over the real small chat model.</summary>
public sealed class ChatClientTests(SmolModel smol) : IClassFixture<SmolModel>
{
    private static readonly ChatOptions Greedy = new() { Temperature = 0, MaxOutputTokens = 16 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnswersAsAChatDoes()
    {
        using var chat = smol.Model.CreateChat();
        var expected = new StringBuilder();
        await foreach (var piece in chat.SendAsync("Who are you?", new GenerationOptions { Temperature = 0, MaxTokens = 16 }, Token))
            expected.Append(piece.Text);
        using var client = smol.Model.AsIChatClient();
        var response = await client.GetResponseAsync("Who are you?", Greedy, Token);
        Assert.Equal(expected.ToString(), response.Text);
        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Equal(ChatRole.Assistant, Assert.Single(response.Messages).Role);
        Assert.Equal(chat.LastAnswer.PromptTokens, response.Usage!.InputTokenCount);
        Assert.Equal(16, response.Usage.OutputTokenCount);
        Assert.Equal("smol-chat-135m-Q4_1", response.ModelId);
    }

    [Fact]
    public async Task StreamsWhatItAnswers()
    {
        using var client = smol.Model.AsIChatClient();
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in client.GetStreamingResponseAsync("Name a colour.", Greedy, Token))
            updates.Add(update);
        Assert.True(updates.Count > 8, $"{updates.Count} updates");
        Assert.Single(updates.Select(u => u.ResponseId).Distinct());
        Assert.Single(updates, u => u.FinishReason is not null);
        Assert.Equal(StopReason.MaxTokens, Assert.IsType<ChatStatistics>(updates[^1].RawRepresentation).StopReason);
        using var other = smol.Model.AsIChatClient();
        Assert.Equal((await other.GetResponseAsync("Name a colour.", Greedy, Token)).Text, string.Concat(updates.Select(u => u.Text)));
    }

    [Fact]
    public async Task ReadsOnlyWhatIsNew()
    {
        using var client = smol.Model.AsIChatClient();
        List<ChatMessage> conversation = [new(ChatRole.User, "What is the capital of France?")];
        var first = await client.GetResponseAsync(conversation, Greedy, Token);
        Assert.Equal(0, first.Usage!.CachedInputTokenCount);
        conversation.AddRange(first.Messages);
        conversation.Add(new ChatMessage(ChatRole.User, "And of Spain?"));
        var second = await client.GetResponseAsync(conversation, Greedy, Token);
        Assert.Equal(first.Usage.TotalTokenCount, second.Usage!.CachedInputTokenCount);
        using var other = smol.Model.AsIChatClient();
        Assert.Equal((await other.GetResponseAsync(conversation, Greedy, Token)).Text, second.Text);
    }

    [Fact]
    public async Task FindsEachConversationAgain()
    {
        using var client = smol.Model.AsIChatClient(conversations: 2);
        ChatMessage[][] conversations = [[new(ChatRole.User, "Say one.")], [new(ChatRole.User, "Count to three.")]];
        for (var i = 0; i < 2; i++)
        {
            var answer = await client.GetResponseAsync(conversations[i], Greedy, Token);
            conversations[i] = [.. conversations[i], .. answer.Messages, new ChatMessage(ChatRole.User, "Again.")];
        }
        foreach (var conversation in conversations)
            Assert.True((await client.GetResponseAsync(conversation, Greedy, Token)).Usage!.CachedInputTokenCount > 30);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task AnswersConcurrentCalls(int conversations)
    {
        string[] questions = ["Name a fruit.", "Name a city.", "Name an animal."];
        var alone = new List<string>();
        foreach (var question in questions)
        {
            using var single = smol.Model.AsIChatClient();
            alone.Add((await single.GetResponseAsync(question, Greedy, Token)).Text);
        }
        using var client = smol.Model.AsIChatClient(conversations: conversations);
        var together = await Task.WhenAll(questions.Select(q => client.GetResponseAsync(q, Greedy, Token)));
        Assert.Equal(alone, together.Select(r => r.Text));
    }

    [Fact]
    public async Task ACancelledCallLeavesTheClientUsable()
    {
        using var client = smol.Model.AsIChatClient();
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.GetStreamingResponseAsync("Tell me a long story.", null, stop.Token))
                await stop.CancelAsync();
        });
        await foreach (var _ in client.GetStreamingResponseAsync("Tell me another story.", null, Token))
            break;
        Assert.NotEmpty((await client.GetResponseAsync("Name a colour.", Greedy, Token)).Text);
    }

    [Fact]
    public async Task HonoursSeedAndStopSequences()
    {
        using var client = smol.Model.AsIChatClient();
        var options = new ChatOptions { Temperature = 1.2f, TopK = 0, TopP = 1, Seed = 7, MaxOutputTokens = 24, Instructions = "You are a poet." };
        var text = (await client.GetResponseAsync("Describe the sea.", options, Token)).Text;
        Assert.Equal(text, (await client.GetResponseAsync("Describe the sea.", options, Token)).Text);
        var stop = text.Substring(text.Length / 2, 4);
        options.StopSequences = [stop];
        var cut = await client.GetResponseAsync("Describe the sea.", options, Token);
        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], cut.Text);
        Assert.Equal(ChatFinishReason.Stop, cut.FinishReason);
        Assert.NotEqual(text, (await client.GetResponseAsync("Describe the sea.", new ChatOptions { Seed = 7, Temperature = 1.2f, TopK = 0, TopP = 1, MaxOutputTokens = 24 }, Token)).Text);
    }

    public static TheoryData<string, ChatOptions> Refused => new()
    {
        { "ResponseFormat", new ChatOptions { ResponseFormat = ChatResponseFormat.Json } },
        { "ConversationId", new ChatOptions { ConversationId = "1" } },
        { "ToolMode", new ChatOptions { ToolMode = ChatToolMode.RequireAny } },
        { "takes no tools", new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "get_number")] } },
        { "RawRepresentationFactory", new ChatOptions { RawRepresentationFactory = _ => "" } },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task RefusesWhatItCannotDo(string message, ChatOptions options)
    {
        using var client = smol.Model.AsIChatClient();
        var error = await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync("Hello", options, Token));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty((await client.GetResponseAsync("Hello", Greedy, Token)).Text);
    }

    [Fact]
    public async Task RefusesPictures()
    {
        using var client = smol.Model.AsIChatClient();
        var message = new ChatMessage(ChatRole.User, [new DataContent("data:image/png;base64,AAAA")]);
        await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync(message, Greedy, Token));
    }

    [Fact]
    public async Task GivesItsServices()
    {
        var client = smol.Model.AsIChatClient();
        Assert.Same(smol.Model, client.GetService<LanguageModel>());
        Assert.Equal("mibera", client.GetService<ChatClientMetadata>()!.ProviderName);
        client.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetResponseAsync("Hello", Greedy, Token));
    }
}
