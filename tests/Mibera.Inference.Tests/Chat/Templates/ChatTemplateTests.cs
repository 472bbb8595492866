using System.Text.Json;
using Mibera.Inference.Chat.Templates;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Tests.Chat.Templates;

public class ChatTemplateTests
{
    [Theory]
    [InlineData("line one\n  {{ nope.x }}", 2, 11, "'nope' is undefined")]
    [InlineData("{% if true %}\n\n{{ 'a' + 1 }}{% endif %}", 3, 8, "unsupported operand types for +: 'str' and 'int'")]
    [InlineData("a\r\nb\r\n{% unknown %}", 3, 4, "the block 'unknown' is not supported")]
    [InlineData("{% for x in y %}\n", 1, 4, "the block 'for' has no end '{% endfor %}'")]
    [InlineData("{{ 'x' | shout }}", 1, 10, "No filter named 'shout'.")]
    public void ErrorsSayWhere(string template, int line, int column, string reason)
    {
        var error = Assert.Throws<ChatTemplateException>(() => TemplateData.Render(template));
        Assert.Equal((line, column, reason), (error.Line, error.Column, error.Reason));
        Assert.Contains($"line {line}, column {column}", error.Message, StringComparison.Ordinal);
        Assert.False(error.RaisedByTemplate);
    }

    [Fact]
    public void UnusedFiltersMayBeUnknown() => Assert.Equal("ok", TemplateData.Render("{% if nope %}{{ 1 | shout }}{% endif %}ok"));

    [Fact]
    public void VariablesAreThoseOfHuggingFace()
    {
        var template = ChatTemplate.Parse(
            "{{ messages[0].content }}|{{ tools }}|{{ documents is defined }}|{{ add_generation_prompt }}"
            + "|{{ bos_token }}|{{ eos_token is defined }}|{{ x }}");
        var context = new ChatTemplateContext
        {
            Messages = [ChatTemplateContext.Message("user", "hi")],
            AddGenerationPrompt = true,
            BosToken = "<s>",
            Extra = new Dictionary<string, TemplateValue> { ["x"] = new IntegerValue(1) },
        };
        Assert.Equal("hi|None|True|True|<s>|False|1", template.Render(context));
        Assert.Equal("hi|[1]|True|False|<s>|True|1", template.Render(
            context with { Tools = TemplateData.Json("[1]"), AddGenerationPrompt = false, EosToken = "</s>" }));
    }

    [Fact]
    public void OneTemplateRendersForManyThreads()
    {
        var template = ChatTemplate.Parse("{% for m in messages %}{{ loop.index }}{{ m.content }}{% endfor %}");
        var context = new ChatTemplateContext { Messages = [.. Enumerable.Range(0, 200).Select(i => ChatTemplateContext.Message("user", $"<{i}>"))] };
        string expected = template.Render(context);
        var others = new string[8];
        Parallel.For(0, others.Length, i => others[i] = template.Render(context));
        Assert.All(others, other => Assert.Equal(expected, other));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("\"text\"")]
    [InlineData("[{\"role\": \"\\ud800\"}]")]
    public void MessagesMustBeAListOfObjects(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Throws<ArgumentException>(() => ChatTemplateContext.MessagesFrom(document.RootElement));
    }

    [Fact]
    public void DeepJsonIsRefused()
    {
        string json = new string('[', 150) + new string(']', 150);
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
        Assert.Throws<ArgumentException>(() => JsonValues.From(document.RootElement));
    }

    [Fact]
    public void JsonKeepsOrderAndNumbers() => Assert.Equal(
        """{"z": 1, "a": [18446744073709551616, 1.0, 1e+20, null], "z2": {"é": "\n"}}""",
        TemplateData.Render("{{ x | tojson }}", ("x", TemplateData.Json("""{"z":1,"a":[18446744073709551616,1.0,1e20,null],"z2":{"é":"\n"}}"""))));
}
