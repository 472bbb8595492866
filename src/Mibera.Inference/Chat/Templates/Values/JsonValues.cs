using System.Globalization;
using System.Text.Json;

namespace Mibera.Inference.Chat.Templates.Values;

/// <summary>JSON as template values: objects keep the order of their keys, integers stay integers.</summary>
internal static class JsonValues
{
    /// <exception cref="ArgumentException">
    /// The JSON is nested deeper than <see cref="TemplateLimits.ValueDepth"/>, or a string of it is no valid Unicode.
    /// </exception>
    public static TemplateValue From(JsonElement json)
    {
        try
        {
            return From(json, 1);
        }
        catch (InvalidOperationException e)
        {
            // JsonElement's way of refusing an escaped lone surrogate.
            throw new ArgumentException($"The JSON holds a string that is no valid Unicode: {e.Message}", nameof(json), e);
        }
    }

    private static TemplateValue From(JsonElement json, int level)
    {
        if (level > TemplateLimits.ValueDepth)
            throw new ArgumentException($"The JSON is nested deeper than {TemplateLimits.ValueDepth} levels.", nameof(json));
        return json.ValueKind switch
        {
            JsonValueKind.Object => new MappingValue(json.EnumerateObject().Select(p => MappingValue.Entry(p.Name, From(p.Value, level + 1)))),
            JsonValueKind.Array => new ListValue([.. json.EnumerateArray().Select(item => From(item, level + 1))]),
            JsonValueKind.String => new StringValue(json.GetString()!),
            JsonValueKind.Number => Number(json.GetRawText()),
            JsonValueKind.True => BooleanValue.True,
            JsonValueKind.False => BooleanValue.False,
            _ => NoneValue.Instance,
        };
    }

    private static TemplateValue Number(string text) => Numbers.ParseDecimal(text) is { } integer
        ? new IntegerValue(integer)
        : new FloatValue(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
}
