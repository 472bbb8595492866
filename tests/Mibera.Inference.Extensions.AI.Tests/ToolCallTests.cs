using Mibera.Inference.Gguf;
using Mibera.Inference.Sampling;
using Mibera.Inference.Tests.Models;
using Microsoft.Extensions.AI;

namespace Mibera.Inference.Extensions.AI.Tests;

/// <summary>Tools with a model of Phi-4-mini's special tokens, whose answers a logits processor dictates.</summary>
public sealed class ToolCallTests : IDisposable
{
    private const int Added = 4;

    // The template of Phi-4-mini's files: tools are a field of the system message.
    private const string FileTemplate =
        "{% for message in messages %}{% if message['role'] == 'system' and 'tools' in message and message['tools'] is not none %}"
        + "{{ '<|' + message['role'] + '|>' + message['content'] + '<|tool|>' + message['tools'] + '<|/tool|>' + '<|end|>' }}"
        + "{% else %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endif %}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

    private readonly string _folder = Directory.CreateTempSubdirectory("mibera-tools-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("phi4-mini")]
    [InlineData(FileTemplate)]
    public async Task FunctionInvocation(string template)
    {
        using var model = await LanguageModel.LoadAsync(Write(), cancellationToken: Token);
        using var inner = model.AsIChatClient(new Chat.ChatOptions { Template = template, ContextLength = 2048 });
        using var client = new ChatClientBuilder(inner).UseFunctionInvocation().Build();
        var asked = new List<string>();
        var weather = AIFunctionFactory.Create((string city) => { asked.Add(city); return $"rain in {city}"; }, "get_weather", "The weather of a city.");
        var script = new Script(model.Tokenizer, """Wait.<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Köln"}}]<|/tool_call|>""", "It rains.");
        var options = new ChatOptions { Tools = [weather], RawRepresentationFactory = _ => script.Next() };
        var response = await client.GetResponseAsync("What is the weather in Köln?", options, Token);
        Assert.Equal(["Köln"], asked);
        Assert.Equal("It rains.", response.Messages[^1].Text);
        Assert.Equal("Wait.", response.Messages[0].Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        // The second call continued the first: its prompt is what the first one read and said, and the tool's result.
        Assert.Contains("rain in Köln", script.LastPrompt, StringComparison.Ordinal);
        Assert.Contains("get_weather", script.LastPrompt, StringComparison.Ordinal);
        Assert.Contains("""Wait.<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Köln"}}]<|/tool_call|>""", script.LastPrompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoCallsWithoutAnEnd()
    {
        using var model = await LanguageModel.LoadAsync(Write(), cancellationToken: Token);
        using var client = model.AsIChatClient(new Chat.ChatOptions { Template = "phi4-mini", ContextLength = 2048 });
        var script = new Script(model.Tokenizer, """<|tool_call|>[{"name":"a1","arguments":{}},{"name":"a1","arguments":{"x":[1]}}]""");
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "a1")], RawRepresentationFactory = _ => script.Next() };
        var response = await client.GetResponseAsync("?", options, Token);
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
        var calls = response.Messages[0].Contents.OfType<FunctionCallContent>().ToArray();
        Assert.Equal(2, calls.Select(c => c.CallId).Distinct().Count());
        Assert.Equal("[1]", calls[1].Arguments!["x"]!.ToString());
    }

    [Theory]
    [InlineData("<|tool_call|>not json<|/tool_call|>")]
    [InlineData("""<|tool_call|>[{"name": 5}]<|/tool_call|> and more""")]
    [InlineData("<|tool_call|>[]")]
    public async Task WhatIsNoCallStaysText(string text)
    {
        using var model = await LanguageModel.LoadAsync(Write(), cancellationToken: Token);
        using var client = model.AsIChatClient(new Chat.ChatOptions { Template = "phi4-mini", ContextLength = 2048 });
        var script = new Script(model.Tokenizer, text);
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "a1")], RawRepresentationFactory = _ => script.Next() };
        var response = await client.GetResponseAsync("?", options, Token);
        Assert.Equal(text, response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    private string Write()
    {
        var model = TinyModel.Phi3().Set("context_length", GgufValue.From(4096u));
        var tokens = model.Keys["tokenizer.ggml.tokens"].AsArray().ToStringArray();
        model.Keys["tokenizer.ggml.tokens"] = GgufValue.From(GgufArray.From([.. tokens, "<|tool_call|>", "<|/tool_call|>", "<|end|>", "<|assistant|>"]));
        model.Keys["tokenizer.ggml.token_type"] = GgufValue.From(GgufArray.From([.. Enumerable.Repeat(1, 256), .. Enumerable.Repeat(3, 1 + Added)]));
        foreach (var name in new[] { "token_embd.weight", "output.weight" })
            model.Tensors[name] = new TinyTensor([TinyModel.Width, tokens.Length + Added], [.. model.Tensors[name].Values, .. new float[Added * TinyModel.Width]]);
        return model.Write(_folder);
    }

    /// <summary>Answers that are dictated, one a call.</summary>
    private sealed class Script(Tokenizer tokenizer, params string[] answers)
    {
        private int _answers;

        public string LastPrompt { get; private set; } = "";

        public GenerationOptions Next() => new() { Temperature = 0, LogitsProcessors = [new Dictation(this, [.. tokenizer.Encode(answers[_answers++], parseSpecial: true), TinyModel.EndOfText])] };

        private sealed class Dictation(Script script, int[] ids) : ILogitsProcessor
        {
            private int _next;

            public void Process(ReadOnlySpan<int> tokens, Span<float> logits)
            {
                if (_next == 0)
                    script.LastPrompt = script.Decode(tokens);
                logits.Fill(float.NegativeInfinity);
                logits[ids[_next++]] = 0f;
            }
        }

        private string Decode(ReadOnlySpan<int> tokens) => tokenizer.Decode(tokens, skipSpecial: false);
    }
}
