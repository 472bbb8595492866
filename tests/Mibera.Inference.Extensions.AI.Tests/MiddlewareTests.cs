using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Mibera.Inference.Extensions.AI.Tests;

/// <summary>The middleware of Microsoft.Extensions.AI around the client.</summary>
public sealed class MiddlewareTests(SmolModel smol) : IClassFixture<SmolModel>
{
    private static readonly ChatOptions Greedy = new() { Temperature = 0, MaxOutputTokens = 8 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Caching()
    {
        var cache = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
        using var inner = new CountingClient(smol.Model.AsIChatClient());
        using var client = new ChatClientBuilder(inner).UseDistributedCache(cache).Build();
        var first = await client.GetResponseAsync("Name a colour.", Greedy, Token);
        var second = await client.GetResponseAsync("Name a colour.", Greedy, Token);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(first.Usage!.OutputTokenCount, second.Usage!.OutputTokenCount);
        Assert.Equal(1, inner.Calls);
        List<ChatResponseUpdate> streamed = [];
        for (var i = 0; i < 2; i++)
            streamed.AddRange(await client.GetStreamingResponseAsync("Name a fruit.", Greedy, Token).ToListAsync(Token));
        Assert.Equal(2, inner.Calls);
        Assert.NotEmpty(streamed);
    }

    [Fact]
    public async Task OpenTelemetry()
    {
        const string Source = "mibera-test";
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Source,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var client = smol.Model.AsIChatClient().AsBuilder().UseOpenTelemetry(sourceName: Source).Build();
        var response = await client.GetStreamingResponseAsync("Name a colour.", Greedy, Token).ToChatResponseAsync(Token);
        var span = Assert.Single(spans);
        Assert.Equal("chat smol-chat-135m-Q4_1", span.DisplayName);
        Assert.Equal("mibera", span.GetTagItem("gen_ai.provider.name"));
        Assert.Equal((int)response.Usage!.InputTokenCount!, Convert.ToInt32(span.GetTagItem("gen_ai.usage.input_tokens"), null));
        Assert.Equal(8, Convert.ToInt32(span.GetTagItem("gen_ai.usage.output_tokens"), null));
    }

    private sealed class CountingClient(IChatClient inner) : DelegatingChatClient(inner)
    {
        public int Calls { get; private set; }

        public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Calls++;
            return base.GetResponseAsync(messages, options, cancellationToken);
        }

        public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Calls++;
            return base.GetStreamingResponseAsync(messages, options, cancellationToken);
        }
    }
}
