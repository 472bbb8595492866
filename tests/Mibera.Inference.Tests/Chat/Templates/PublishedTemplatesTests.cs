using System.Text.Json;
using Mibera.Inference.Chat.Templates;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Tests.Chat.Templates;

/// <summary>The templates of published models on six conversations, against what Hugging Face's renderer gives.</summary>
public class PublishedTemplatesTests
{
    private const string Expectations = "templates/expected.json";

    public static IEnumerable<TheoryDataRow<string, string>> Cases
    {
        get
        {
            // Without the reference data one case stands for all: it skips visibly.
            if (Fixtures.TryPath(Expectations) is null)
                return [new TheoryDataRow<string, string>("", "")];
            return from model in Read().GetProperty("expected").EnumerateObject()
                   from name in model.Value.EnumerateObject()
                   select new TheoryDataRow<string, string>(model.Name, name.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void RendersAsPublished(string model, string name)
    {
        var file = Read();
        var template = ChatTemplate.Parse(File.ReadAllText(Fixtures.Path($"templates/{model}.jinja")));
        var conversation = file.GetProperty("cases").GetProperty(name);
        var context = new ChatTemplateContext
        {
            Messages = ChatTemplateContext.MessagesFrom(conversation.GetProperty("messages")),
            Tools = conversation.TryGetProperty("tools", out var tools) ? JsonValues.From(tools) : null,
            AddGenerationPrompt = conversation.GetProperty("add_generation_prompt").GetBoolean(),
            BosToken = "<s>",
            EosToken = "</s>",
            Clock = TemplateData.Clock,
        };

        var expected = file.GetProperty("expected").GetProperty(model).GetProperty(name);
        if (expected.TryGetProperty("text", out var text))
        {
            Assert.Equal(text.GetString(), template.Render(context));
            return;
        }

        var error = Assert.Throws<ChatTemplateException>(() => template.Render(context));
        Assert.Equal(expected.GetProperty("raises").GetString(), error.Reason);
        Assert.True(error.RaisedByTemplate);
    }

    private static JsonElement Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Path(Expectations)));
        return document.RootElement.Clone();
    }
}
