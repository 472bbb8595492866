using Mibera.Run.Terminal;

namespace Mibera.Run.Tests.Terminal;

/// <summary>Where rows break and the cursor stands.</summary>
public sealed class LineViewTests
{
    [Theory]
    [InlineData("abc", 3, "> abc\r\e[5C")]
    [InlineData("abc", 0, "> abc\r\e[2C")]
    // Four cells beside the prompt; a full row puts the cursor into the next one.
    [InlineData("abcd", 4, "> abcd\r\n  \r\e[2C")]
    [InlineData("abcde", 5, "> abcd\r\n  e\r\e[3C")]
    [InlineData("abcde", 1, "> abcd\r\n  e\e[1A\r\e[3C")]
    [InlineData("a\nb", 3, "> a\r\n  b\r\e[3C")]
    // Two cells each: the third does not cross the margin.
    [InlineData("\u65E5\u65E5\u65E5", 3, "> \u65E5\u65E5\r\n  \u65E5\r\e[4C")]
    [InlineData("a\U0001F600\U0001F600", 5, "> a\U0001F600\r\n  \U0001F600\r\e[4C")]
    public void Draws(string text, int cursor, string expected)
    {
        var output = new StringWriter();
        new LineView(output, "> ", "> ", () => 6).Draw(text, cursor);
        Assert.Equal("\r\e[J" + expected, output.ToString());
    }

    [Fact]
    public void ASecondDrawingBeginsWhereTheFirstDid()
    {
        var output = new StringWriter();
        var view = new LineView(output, "> ", "> ", () => 6);
        view.Draw("abcde", 5);
        output.GetStringBuilder().Clear();
        view.Draw("x", 1);
        Assert.Equal("\e[1A\r\e[J> x\r\e[3C", output.ToString());
    }
}
