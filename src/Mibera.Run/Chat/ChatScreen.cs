using Mibera.Inference;
using Mibera.Run.Terminal;
using Spectre.Console;

namespace Mibera.Run.Chat;

/// <summary>What the dialogue looks like: prompt, answers, remarks.</summary>
internal sealed class ChatScreen
{
    private const string Prompt = ">>> ";

    private readonly IAnsiConsole _console;

    /// <param name="colors">Whether colours may be used; the environment (<c>NO_COLOR</c>) may still forbid them.</param>
    public ChatScreen(bool colors)
    {
        // Detects what the terminal can do; on Windows it switches VT sequences on.
        var allowed = colors && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Console.Out),
            ColorSystem = allowed ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
    }

    public LineView InputView() => new(Console.Out, Prompt, Styled(Prompt, "32;1"), () => Console.WindowWidth);

    /// <summary>What the user enters. While it is entered Ctrl-C is a key like any other.</summary>
    public (InputEnd End, string Text) Read(LineEditor editor)
    {
        if (!_console.Profile.Capabilities.Ansi)
            return ReadPlain();
        Console.TreatControlCAsInput = true;
        Console.Out.Write(KeyReader.AskForBrackets);
        try
        {
            return editor.Read();
        }
        finally
        {
            Console.Out.Write(KeyReader.NoBrackets);
            Console.TreatControlCAsInput = false;
        }
    }

    /// <summary>The terminal as it was, for an end within <see cref="Read"/>.</summary>
    public void Leave() => Console.Out.Write(_console.Profile.Capabilities.Ansi ? $"{KeyReader.NoBrackets}\r\n" : "\n");

    /// <summary>Shows an answer as it comes, behind a sign of life until it begins.</summary>
    public async Task ShowAsync(IAsyncEnumerable<GeneratedPiece> answer)
    {
        var shown = new AnswerText();
        await using var pieces = answer.GetAsyncEnumerator();
        try
        {
            for (var goesOn = await WaitAsync(pieces); goesOn; goesOn = await pieces.MoveNextAsync())
                Console.Out.Write(shown.Append(pieces.Current.Text));
        }
        finally
        {
            Console.Out.Write(shown.IsEmpty ? "" : "\n\n");
        }
    }

    /// <summary>A remark beside the conversation.</summary>
    public void Note(string text) => Console.Out.WriteLine(Styled($"[{Messages.OneLine(text)}]", "2"));

    /// <summary>Text of several lines, as it stands.</summary>
    public void Show(string text) => _console.Profile.Out.Writer.WriteLine(AnswerText.Harmless(text));

    public void Problem(string text) => Console.Out.WriteLine(Styled(Messages.OneLine(text), "31"));

    private async Task<bool> WaitAsync(IAsyncEnumerator<GeneratedPiece> pieces)
    {
        var first = pieces.MoveNextAsync().AsTask();
        if (!_console.Profile.Capabilities.Ansi)
            return await first;
        // A spinner that is gone at once would only flicker.
        if (await Task.WhenAny(first, Task.Delay(150)) != first)
            await _console.Status().Spinner(Spinner.Known.Dots).StartAsync("reading", _ => Task.WhenAny(first));
        return await first;
    }

    private static (InputEnd, string) ReadPlain()
    {
        Console.Out.Write(Prompt);
        return Console.In.ReadLine() is { } line ? (InputEnd.Entered, LineEditor.Unquote(line)) : (InputEnd.Closed, "");
    }

    private string Styled(string text, string style) =>
        _console.Profile.Capabilities.ColorSystem == ColorSystem.NoColors ? text : $"\e[{style}m{text}\e[0m";
}
