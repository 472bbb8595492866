using System.CommandLine;
using System.Text.Json;
using Mibera.Inference;
using Mibera.Inference.Chat;

namespace Mibera.Run.Chat;

/// <summary>The options of conversations as the library wants them.</summary>
internal static class ChatArguments
{
    public static ChatOptions Read(ParseResult options, GenerationOptions generation) => new()
    {
        SystemPrompt = options.GetValue(CommandLine.System) is { } system ? Text(system, options) : null,
        Template = Template(options.GetValue(CommandLine.ChatTemplate)),
        Tools = options.GetValue(CommandLine.Tools) is { } tools ? ReadJson(CommandLine.Tools.Name, tools) : null,
        Generation = generation,
    };

    /// <summary>The policy of <c>--context-overflow</c>.</summary>
    public static ContextOverflow Overflow(ParseResult options, ContextOverflow otherwise) => options.GetValue(CommandLine.ContextOverflow) switch
    {
        "stop" => ContextOverflow.Stop,
        "truncate" => ContextOverflow.TruncateOldestTurns,
        "shift" => ContextOverflow.Shift,
        _ => otherwise,
    };

    /// <summary>The conversation of <c>--messages</c>, or null.</summary>
    public static IReadOnlyList<ChatMessage>? Messages(ParseResult options)
    {
        if (options.GetValue(CommandLine.Messages) is not { } path)
            return null;
        try
        {
            var messages = ChatMessage.ListFromJson(ReadJson(CommandLine.Messages.Name, path));
            return messages.Count > 0 ? messages : throw new UsageException($"{path} has no message to answer");
        }
        catch (ConversationFormatException e)
        {
            throw new UsageException($"{path}: {e.Message}");
        }
    }

    /// <summary>Text of an argument, its escapes undone unless the user wants them as they stand.</summary>
    public static string Text(string argument, ParseResult options) =>
        options.GetValue(CommandLine.NoEscape) ? argument : System.Text.Encoding.UTF8.GetString(Escapes.Undo(argument));

    private static string? Template(string? nameOrFile)
    {
        if (nameOrFile is null)
            return null;
        return File.Exists(nameOrFile) ? File.ReadAllText(nameOrFile) : nameOrFile;
    }

    private static JsonElement ReadJson(string option, string path)
    {
        if (path.Length == 0)
            throw new UsageException($"{option} needs the name of a file");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new UsageException($"{path} is no JSON: {e.Message}");
        }
    }
}
