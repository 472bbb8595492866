using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mibera.Inference.Chat;

/// <summary>Conversations as JSON.</summary>
internal static class ConversationFile
{
    private const int Version = 1;

    private static readonly JsonWriterOptions Format = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Stream stream, IReadOnlyList<ChatMessage> messages, PromptBuilder prompts)
    {
        using var writer = new Utf8JsonWriter(stream, Format);
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        writer.WriteStartArray("messages");
        foreach (var message in messages)
            message.Json.WriteTo(writer);
        writer.WriteEndArray();
        writer.WriteStartArray("answers");
        foreach (var text in messages.Where(m => m.Role == "assistant").Select(m => m.Content).Distinct(StringComparer.Ordinal))
            WriteTokens(writer, text, prompts.Recall(text) ?? []);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static (IReadOnlyList<ChatMessage> Messages, IReadOnlyList<(string Text, int[] Tokens)> Answers) Read(Stream stream)
    {
        try
        {
            using var document = JsonDocument.Parse(stream);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("version", out var version) && !IsVersion(version))
                throw new ConversationFormatException($"The conversation's version is {version}, expected {Version}.");
            return (ChatMessage.ListFromJson(root), Answers(root));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new ConversationFormatException($"The conversation is no valid JSON: {e.Message}", e);
        }
    }

    /// <summary>Whether tokens that came from a file are those of this text in this vocabulary.</summary>
    public static bool Means(Tokenizer tokenizer, int[] tokens, string text)
    {
        if (Array.Exists(tokens, id => id < 0 || id >= tokenizer.VocabularySize))
            return false;
        return Decode(skipSpecial: true) == text || Decode(skipSpecial: false) == text;

        string Decode(bool skipSpecial)
        {
            var decoder = tokenizer.CreateDecoder(atStart: false, skipSpecial);
            return string.Concat(tokens.Select(decoder.Append)) + decoder.Flush();
        }
    }

    private static void WriteTokens(Utf8JsonWriter writer, string text, int[] tokens)
    {
        if (tokens.Length == 0)
            return;
        writer.WriteStartObject();
        writer.WriteString("text", text);
        // One line, whatever the indentation of the rest.
        writer.WritePropertyName("tokens");
        writer.WriteRawValue($"[{string.Join(", ", tokens)}]");
        writer.WriteEndObject();
    }

    private static bool IsVersion(JsonElement version) => version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number == Version;

    private static List<(string, int[])> Answers(JsonElement root)
    {
        var answers = new List<(string, int[])>();
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("answers", out var list))
            return answers;
        foreach (var answer in list.EnumerateArray())
            answers.Add((answer.GetProperty("text").GetString() ?? "", [.. answer.GetProperty("tokens").EnumerateArray().Select(id => id.GetInt32())]));
        return answers;
    }
}
