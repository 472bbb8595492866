using System.Text.Json;
using Mibera.Inference.Chat;
using Mibera.Inference.Tests.Models;

namespace Mibera.Inference.Tests.Chat;

/// <summary>How a template is told of tools.</summary>
public sealed class ToolPromptTests : TinyModelFolder
{
    private const string Variable =
        "{% if tools %}{{ tools[0].name }};{% endif %}{% for m in messages %}{{ m.role }}:{{ m.content }};{% endfor %}";
    private const string Field =
        "{% for m in messages %}{{ m.role }}:{{ m.content }}{% if 'tools' in m %}{{ m.tools }}{% endif %};{% endfor %}";
    private const string FieldOfNeed = "{% if messages[0].role != 'system' %}{{ raise_exception('no system') }}{% endif %}" + Field;
    private const string VariableOfNeed = "{% if messages[0].role != 'system' %}{{ raise_exception('no system') }}{% endif %}" + Variable;
    private const string Nowhere = "{% for m in messages %}{{ m.content }}{% endfor %}";
    private const string Json = """[ { "name": "größe" } ]""";

    [Theory]
    [InlineData(Variable, "größe;user:a;")]
    [InlineData(Variable, "größe;system:S;user:a;", "S")]
    [InlineData(Field, """system:[{"name":"größe"}];user:a;""")]
    [InlineData(Field, """system:S[{"name":"größe"}];user:a;""", "S")]
    [InlineData(FieldOfNeed, """system:[{"name":"größe"}];user:a;""")]
    [InlineData(FieldOfNeed, """system:S[{"name":"größe"}];user:a;""", "S")]
    [InlineData(VariableOfNeed, "größe;system:S;user:a;", "S")]
    public void AreWhereTheTemplateLooks(string template, string expected, string? system = null)
    {
        using var model = Load(TinyModel.Phi3());
        using var chat = model.CreateChat(new ChatOptions { Template = template, SystemPrompt = system, Tools = Parse(Json) });
        Assert.False(chat.IgnoresTools);
        chat.Add(ChatMessage.User("a"));
        Assert.Equal(expected, chat.RenderPrompt());
        Assert.Equal(system is null ? 1 : 2, chat.Messages.Count);
    }

    [Theory]
    [InlineData("\"own\"", "system:Sown;user:a;")]
    [InlineData("null", """system:S[{"name":"größe"}];user:a;""")]
    public void ASystemMessageKeepsToolsOfItsOwn(string own, string expected)
    {
        using var model = Load(TinyModel.Phi3());
        using var chat = model.CreateChat(new ChatOptions { Template = Field, Tools = Parse(Json) });
        chat.SetMessages([ChatMessage.FromJson(Parse($$"""{"role":"system","content":"S","tools":{{own}}}""")), ChatMessage.User("a")]);
        Assert.Equal(expected, chat.RenderPrompt());
    }

    [Theory]
    [InlineData(Nowhere, true)]
    // Not a word of which ones.
    [InlineData("{% if tools %}You have tools.{% endif %}" + Nowhere, true)]
    [InlineData("phi3", true)]
    [InlineData("phi4-mini", false)]
    // It refuses whatever is tried: what it wants will be known with the messages.
    [InlineData("{{ raise_exception('no') }}", false)]
    public void ATemplateTakesThemOrNot(string template, bool ignored)
    {
        using var model = Load(TinyModel.Phi3());
        foreach (var tools in new[] { Json, """[{"type":"function","function":{"name":"clock"}}]""", """[{"name":"user"}]""" })
            Assert.Equal(ignored, IgnoresTools(model, template, Parse(tools)));
        Assert.False(IgnoresTools(model, template, null));
        Assert.False(IgnoresTools(model, template, Parse("[]")));
        Assert.False(IgnoresTools(model, template, Parse("null")));
    }

    [Theory]
    [InlineData("""{"name":"clock"}""")]
    [InlineData("""["\ud800"]""")]
    public void WhatIsNoListOfToolsIsRefused(string tools)
    {
        using var model = Load(TinyModel.Phi3());
        var options = new ChatOptions { Template = "phi4-mini", Tools = Parse(tools) };
        var error = Assert.Throws<ArgumentException>(() => model.CreateChat(options));
        Assert.Equal("tools", error.ParamName);
    }

    private static bool IgnoresTools(LanguageModel model, string template, JsonElement? tools)
    {
        using var chat = model.CreateChat(new ChatOptions { Template = template, Tools = tools });
        return chat.IgnoresTools;
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
