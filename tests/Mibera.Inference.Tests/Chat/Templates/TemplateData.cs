using System.Text.Json;
using Mibera.Inference.Chat.Templates;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Tests.Chat.Templates;

/// <summary>The template test data beside the tests, and how the oracle was set up when it made them.</summary>
internal static class TemplateData
{
    /// <summary>The time of <c>strftime_now</c> in all recorded outputs.</summary>
    public static readonly TimeProvider Clock = new FixedClock(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Chat", "Templates", "Data", name);

    public static JsonElement ReadJson(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(name)));
        return document.RootElement.Clone();
    }

    public static TemplateValue Json(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonValues.From(document.RootElement);
    }

    public static string Render(string template, params (string Name, TemplateValue Value)[] variables) =>
        ChatTemplate.Parse(template).Render(new ChatTemplateContext
        {
            Messages = [],
            Clock = Clock,
            Extra = variables.ToDictionary(variable => variable.Name, variable => variable.Value),
        });

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
