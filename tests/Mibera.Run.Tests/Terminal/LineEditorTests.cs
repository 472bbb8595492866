using Mibera.Run.Terminal;

namespace Mibera.Run.Tests.Terminal;

public sealed class LineEditorTests
{
    [Theory]
    [InlineData("hello\r", "hello")]
    [InlineData("two\\\rlines\r", "two\nlines")]
    [InlineData("\"\"\"two\rlines\"\"\"\r", "two\nlines")]
    [InlineData("\"\"\"\r\rx\r\"\"\"\r", "x")]
    [InlineData("a \"\"\" b\r", "a \"\"\" b")]
    [InlineData("\e[200~two\rlines\e[201~\r", "two\nlines")]
    [InlineData("a\e[200~\tb\u0007\e[201~c\r", "a    bc")]
    [InlineData("\U0001F600\u65E5\r", "\U0001F600\u65E5")]
    public void Messages(string typed, string expected) => Assert.Equal((InputEnd.Entered, expected), Editor(typed).Read());

    [Fact]
    public void EditsByCharacters()
    {
        // A family of four is eleven UTF-16 units, a flag four.
        const string Family = "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466", Flag = "\U0001F1E9\U0001F1EA";
        Assert.Equal("xy", Editor($"x{Family}", ConsoleKey.Backspace, "y\r").Read().Text);
        Assert.Equal($"x!{Flag}e\u0301", Editor($"x{Flag}e\u0301", ConsoleKey.LeftArrow, ConsoleKey.LeftArrow, "!\r").Read().Text);
        Assert.Equal("ac", Editor("abc", ConsoleKey.Home, ConsoleKey.RightArrow, ConsoleKey.Delete, "\r").Read().Text);
    }

    [Fact]
    public void DeletesAsAShell()
    {
        Assert.Equal("one ", Editor("one two", TypedKeys.Control(ConsoleKey.W), "\r").Read().Text);
        Assert.Equal("x", Editor("one two", TypedKeys.Control(ConsoleKey.U), "x\r").Read().Text);
        Assert.Equal("", Editor("one", TypedKeys.Control(ConsoleKey.A), TypedKeys.Control(ConsoleKey.K), "\r").Read().Text);
    }

    [Fact]
    public void WaysOut()
    {
        Assert.Equal(InputEnd.Closed, Editor(TypedKeys.Control(ConsoleKey.D)).Read().End);
        Assert.Equal(InputEnd.Interrupted, Editor(TypedKeys.Control(ConsoleKey.C)).Read().End);
        Assert.Equal((InputEnd.Entered, "ac"), Editor("abc", ConsoleKey.LeftArrow, TypedKeys.Control(ConsoleKey.D), ConsoleKey.Backspace, "c\r").Read());
        Assert.Equal(InputEnd.Closed, Editor("the terminal goes").Read().End);
    }

    [Fact]
    public void ControlCDropsALineAndOnlyThenEnds()
    {
        var interrupt = TypedKeys.Control(ConsoleKey.C);
        var editor = Editor("half", interrupt, "whole\r", "half", interrupt, interrupt);
        Assert.Equal((InputEnd.Entered, "whole"), editor.Read());
        Assert.Equal((InputEnd.Interrupted, ""), editor.Read());
    }

    [Fact]
    public void ControlCLeavesTheHistory()
    {
        const ConsoleKey Up = ConsoleKey.UpArrow, Down = ConsoleKey.DownArrow;
        var editor = Editor("one\rtwo\r", Up, Up, TypedKeys.Control(ConsoleKey.C), "draft", Up, "\r", "draft", Up, Down, "\r");
        string[] read = [editor.Read().Text, editor.Read().Text, editor.Read().Text, editor.Read().Text];
        Assert.Equal(["one", "two", "two", "draft"], read);
    }

    [Fact]
    public void HistoryKeepsWhatWasBegun()
    {
        var editor = Editor("one\rtwo\rthr", ConsoleKey.UpArrow, ConsoleKey.UpArrow, ConsoleKey.UpArrow, ConsoleKey.DownArrow, ConsoleKey.DownArrow, "ee\r",
            ConsoleKey.UpArrow, ConsoleKey.UpArrow, "\r");
        string[] read = [editor.Read().Text, editor.Read().Text, editor.Read().Text, editor.Read().Text];
        Assert.Equal(["one", "two", "three", "two"], read);
    }

    private static LineEditor Editor(params IEnumerable<object> keys) => new(new TypedKeys(keys), () => new LineView(TextWriter.Null, "> ", "> ", () => 80));
}
