using Mibera.Inference.Chat.Templates;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Tests.Chat.Templates;

public class BuiltInTemplatesTests
{
    private static readonly ChatTemplateContext Conversation = new()
    {
        Messages =
        [
            ChatTemplateContext.Message("system", "Be brief."),
            ChatTemplateContext.Message("user", " 1+1? "),
            ChatTemplateContext.Message("assistant", " 2"),
            ChatTemplateContext.Message("user", "2+2?"),
        ],
        AddGenerationPrompt = true,
    };

    [Theory]
    [InlineData("phi2", "Be brief.\nInstruct:  1+1? \nOutput: 2\nInstruct: 2+2?\nOutput:")]
    [InlineData("phi3", "<|system|>\nBe brief.<|end|>\n<|user|>\n 1+1? <|end|>\n<|assistant|>\n 2<|end|>\n<|user|>\n2+2?<|end|>\n<|assistant|>\n")]
    [InlineData("phi4", "<|im_start|>system<|im_sep|>Be brief.<|im_end|><|im_start|>user<|im_sep|> 1+1? <|im_end|><|im_start|>assistant<|im_sep|> 2<|im_end|>"
        + "<|im_start|>user<|im_sep|>2+2?<|im_end|><|im_start|>assistant<|im_sep|>")]
    [InlineData("phi4-mini", "<|system|>Be brief.<|end|><|user|> 1+1? <|end|><|assistant|> 2<|end|><|user|>2+2?<|end|><|assistant|>")]
    [InlineData("chatml", "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n 1+1? <|im_end|>\n<|im_start|>assistant\n 2<|im_end|>\n"
        + "<|im_start|>user\n2+2?<|im_end|>\n<|im_start|>assistant\n")]
    public void Renders(string name, string expected)
    {
        Assert.True(BuiltInTemplates.TryGet(name, out var template));
        Assert.Equal(expected, template.Render(Conversation));
    }

    /// <summary>A conversation goes on where it ended: what was evaluated before stays a prefix of the next prompt.</summary>
    [Theory]
    [InlineData("phi3")]
    [InlineData("phi4")]
    [InlineData("phi4-mini")]
    [InlineData("chatml")]
    public void EarlierPromptsArePrefixes(string name)
    {
        Assert.True(BuiltInTemplates.TryGet(name, out var template));
        string earlier = template.Render(Conversation with { Messages = [.. Conversation.Messages.Take(2)] });
        Assert.StartsWith(earlier, template.Render(Conversation), StringComparison.Ordinal);
    }

    [Fact]
    public void AllNamesAreKnown()
    {
        Assert.All(BuiltInTemplates.Names, name => Assert.True(BuiltInTemplates.TryGet(name.ToUpperInvariant(), out _)));
        Assert.False(BuiltInTemplates.TryGet("phi5", out _));
    }

    [Fact]
    public void ContentMayBeParts()
    {
        var messages = TemplateData.Json("""
            [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]},
             {"role": "assistant", "content": null}]
            """);
        foreach (string name in BuiltInTemplates.Names)
        {
            Assert.True(BuiltInTemplates.TryGet(name, out var template));
            Assert.Contains("ab", template.Render(new ChatTemplateContext { Messages = ((ListValue)messages).Items }), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Phi4MiniTakesTools()
    {
        Assert.True(BuiltInTemplates.TryGet("phi4-mini", out var template));
        var context = Conversation with { Tools = TemplateData.Json("""[{"name": "f"}]"""), AddGenerationPrompt = false };
        Assert.StartsWith("""<|system|>Be brief.<|tool|>[{"name": "f"}]<|/tool|><|end|><|user|>""", template.Render(context), StringComparison.Ordinal);
        context = context with { Messages = [.. context.Messages.Skip(1)] };
        Assert.StartsWith("""<|system|><|tool|>[{"name": "f"}]<|/tool|><|end|><|user|>""", template.Render(context), StringComparison.Ordinal);
    }
}
