using System.Text.Json;
using Mibera.Inference.Chat;
using Mibera.Inference.Tests.Models;

namespace Mibera.Inference.Tests.Chat;

/// <summary>How a template is told of tools.</summary>
public sealed class ToolPromptTests : TinyModelFolder
{
    private const string Variable = "{% if tools %}{{ tools[0].name }};{% endif %}{% for m in messages %}{{ m.role }}:{{ m.content }};{% endfor %}";
    private const string Field = "{% for m in messages %}{{ m.role }}:{{ m.content }}{% if 'tools' in m %}{{ m.tools }}{% endif %};{% endfor %}";
    private const string FieldOfNeed = "{% if messages[0].role != 'system' %}{{ raise_exception('no system') }}{% endif %}" + Field;
    private const string Nowhere = "{% for m in messages %}{{ m.content }}{% endfor %}";
    private const string Json = """[ { "name": "größe" } ]""";

    [Theory]
    [InlineData(Variable, "größe;user:a;")]
    [InlineData(Variable, "größe;system:S;user:a;", "S")]
    [InlineData(Field, """system:[{"name":"größe"}];user:a;""")]
    [InlineData(Field, """system:S[{"name":"größe"}];user:a;""", "S")]
    [InlineData(FieldOfNeed, """system:S[{"name":"größe"}];user:a;""", "S")]
    public void AreWhereTheTemplateLooks(string template, string expected, string? system = null)
    {
        using var model = Load(TinyModel.Phi3());
        using var chat = model.CreateChat(new ChatOptions { Template = template, SystemPrompt = system, Tools = Parse(Json) });
        Assert.True(chat.TakesTools);
        chat.Add(ChatMessage.User("a"));
        Assert.Equal(expected, chat.RenderPrompt());
        Assert.Equal(system is null ? 1 : 2, chat.Messages.Count);
    }

    [Fact]
    public void ASystemMessageKeepsToolsOfItsOwn()
    {
        using var model = Load(TinyModel.Phi3());
        using var chat = model.CreateChat(new ChatOptions { Template = Field, Tools = Parse(Json) });
        chat.SetMessages([ChatMessage.FromJson(Parse("""{"role":"system","content":"S","tools":"own"}""")), ChatMessage.User("a")]);
        Assert.Equal("system:Sown;user:a;", chat.RenderPrompt());
    }

    [Theory]
    [InlineData(Nowhere, false)]
    [InlineData("phi3", false)]
    [InlineData("phi4-mini", true)]
    // It refuses whatever is tried: what it wants will be known with the messages.
    [InlineData("{{ raise_exception('no') }}", true)]
    public void ATemplateTakesThemOrNot(string template, bool expected)
    {
        using var model = Load(TinyModel.Phi3());
        using var chat = model.CreateChat(new ChatOptions { Template = template, Tools = Parse(Json) });
        Assert.Equal(expected, chat.TakesTools);
        using var without = model.CreateChat(new ChatOptions { Template = template });
        Assert.True(without.TakesTools);
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
