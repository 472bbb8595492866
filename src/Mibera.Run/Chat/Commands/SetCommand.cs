using System.Globalization;
using Mibera.Inference;

namespace Mibera.Run.Chat.Commands;

internal sealed class SetCommand : IChatCommand
{
    private static readonly Setting[] Settings =
    [
        new("temp", 0, 1000, o => o.Temperature, (o, x) => o with { Temperature = (float)x }),
        new("top-k", 0, int.MaxValue, o => o.TopK, (o, x) => o with { TopK = (int)x }),
        new("top-p", 0, 1, o => o.TopP, (o, x) => o with { TopP = (float)x }),
        new("min-p", 0, 1, o => o.MinP, (o, x) => o with { MinP = (float)x }),
        new("repeat-penalty", 0.001, 1000, o => o.RepeatPenalty, (o, x) => o with { RepeatPenalty = (float)x }),
        new("n", -1, int.MaxValue, o => o.MaxTokens, (o, x) => o with { MaxTokens = (int)x }),
        new("seed", -1, long.MaxValue, o => o.Seed is { } seed ? seed : -1.0, (o, x) => o with { Seed = x < 0 ? null : (ulong)x }),
    ];

    public IReadOnlyList<string> Names { get; } = ["/set"];

    public (string Arguments, string Purpose) Help => ("[NAME VALUE]", "show or change sampling: /set temp 0.7");

    public Task RunAsync(ChatDialogue dialogue, string argument)
    {
        var words = argument.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            dialogue.Screen.Show(string.Join('\n', Settings.Select(s => string.Create(CultureInfo.InvariantCulture, $"  {s.Name,-15} {(float)s.Get(dialogue.Generation)}"))) + "\n");
            return Task.CompletedTask;
        }
        var name = words[0].TrimStart('-');
        var setting = Settings.FirstOrDefault(s => s.Name == name)
            ?? throw new UsageException($"there is no setting {name}; expected {string.Join(", ", Settings.Select(s => s.Name))}");
        dialogue.Generation = setting.Set(dialogue.Generation, Value(setting, words));
        dialogue.Screen.Note($"{name} is {words[1]}");
        return Task.CompletedTask;
    }

    private static double Value(Setting setting, string[] words) =>
        words.Length == 2 && double.TryParse(words[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && value >= setting.Least && value <= setting.Most && (setting.Most <= 1000 || value == Math.Floor(value))
            ? value
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture,
                $"/set {setting.Name} needs {(setting.Most <= 1000 ? "a number" : "an integer")}, {setting.Least}{(setting.Most >= int.MaxValue ? " or more" : $" to {setting.Most}")}"));

    private sealed record Setting(string Name, double Least, double Most, Func<GenerationOptions, double> Get, Func<GenerationOptions, double, GenerationOptions> Set);
}
