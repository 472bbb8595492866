using System.Text.Json;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Tests.Chat.Templates;

/// <summary>Small templates with what Jinja itself made of them (its version and settings stand in the file).</summary>
public class JinjaCasesTests
{
    private static readonly JsonElement File = TemplateData.ReadJson("jinja-cases.json");

    private static readonly (string, TemplateValue)[] Variables =
        [.. File.GetProperty("context").EnumerateObject().Select(p => (p.Name, JsonValues.From(p.Value)))];

    public static IEnumerable<TheoryDataRow<string, string?>> Cases => File.GetProperty("cases").EnumerateArray().Select(c =>
        new TheoryDataRow<string, string?>(c.GetProperty("template").GetString()!, c.TryGetProperty("text", out var text) ? text.GetString() : null));

    [Theory]
    [MemberData(nameof(Cases))]
    public void RendersAsJinja(string template, string? expected)
    {
        if (expected is null)
            Assert.ThrowsAny<ChatTemplateException>(() => TemplateData.Render(template, Variables));
        else
            Assert.Equal(expected, TemplateData.Render(template, Variables));
    }
}
