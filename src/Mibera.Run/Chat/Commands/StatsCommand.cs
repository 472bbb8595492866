using System.Globalization;
using Mibera.Inference.Chat;

namespace Mibera.Run.Chat.Commands;

internal sealed class StatsCommand : IChatCommand
{
    public IReadOnlyList<string> Names { get; } = ["/stats"];

    public (string Arguments, string Purpose) Help => ("", "tokens and times");

    public Task RunAsync(ChatDialogue dialogue, string argument)
    {
        var chat = dialogue.Chat;
        dialogue.Screen.Show(string.Join('\n',
            Line("last answer", chat.LastAnswer) + Seed(chat.LastAnswer), Line("all answers", chat.Total),
            $"  context      {chat.Position} of {chat.ContextLength} tokens, {chat.Messages.Count} messages", ""));
        return Task.CompletedTask;
    }

    private static string Seed(ChatStatistics last) => last.Seed is { } seed ? string.Create(CultureInfo.InvariantCulture, $" | seed {seed}") : "";

    private static string Line(string name, ChatStatistics s) => string.Create(CultureInfo.InvariantCulture,
        $"  {name}  prompt {s.PromptTokens} tokens, {s.ReusedTokens} of them reused | read {s.PrefillTokens} in {s.PrefillTime.TotalSeconds:F2} s, "
        + $"{s.PrefillTokensPerSecond:F1} tokens/s | generated {s.GeneratedTokens} in {s.DecodeTime.TotalSeconds:F2} s, {s.DecodeTokensPerSecond:F1} tokens/s");
}
