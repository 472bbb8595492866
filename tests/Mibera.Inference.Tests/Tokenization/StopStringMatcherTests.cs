using Mibera.Inference.Tests.Kernels;
using Mibera.Inference.Tokenization;

namespace Mibera.Inference.Tests.Tokenization;

public sealed class StopStringMatcherTests
{
    [Fact]
    public void Text_that_may_begin_a_stop_string_is_held_back()
    {
        var matcher = new StopStringMatcher(["\nUser:", "###"]);
        Assert.Equal("Hi", matcher.Append("Hi\nUs"));
        Assert.Equal("\nUs", matcher.Append("##"));
        Assert.Equal("##e", matcher.Append("e"));
        Assert.Null(matcher.Matched);
    }

    [Fact]
    public void Text_ends_before_the_stop_string()
    {
        var matcher = new StopStringMatcher(["\nUser:"]);
        Assert.Equal("Hi", matcher.Append("Hi\nUs"));
        Assert.Equal("", matcher.Append("er: more"));
        Assert.Equal("\nUser:", matcher.Matched);
        Assert.Equal("", matcher.Append("anything"));
        Assert.Equal("", matcher.Flush());
    }

    [Fact]
    public void What_was_held_back_comes_at_the_end()
    {
        var matcher = new StopStringMatcher(["abc"]);
        Assert.Equal("x", matcher.Append("xab"));
        Assert.Equal("ab", matcher.Flush());
    }

    [Fact]
    public void Without_stop_strings_everything_passes()
    {
        var matcher = new StopStringMatcher([""]);
        Assert.Equal("abc", matcher.Append("abc"));
        Assert.Equal("", matcher.Flush());
    }

    [Fact]
    public void Of_two_that_end_together_the_longer_is_found()
    {
        var matcher = new StopStringMatcher(["b", "ab"]);
        Assert.Equal("x", matcher.Append("xab"));
        Assert.Equal("ab", matcher.Matched);
    }

    [Fact]
    public void The_result_does_not_depend_on_where_the_text_is_cut()
    {
        string[][] stops = [["aab", "ba"], ["abab"], ["aaa", "bb", "abc"], ["c"]];
        var random = new TestRandom(5);
        for (var round = 0; round < 2000; round++)
        {
            var chosen = stops[random.Next(stops.Length)];
            var text = new string([.. Enumerable.Range(0, random.Next(20)).Select(_ => "abc"[random.Next(3)])]);
            var matcher = new StopStringMatcher(chosen);
            var shown = "";
            for (var at = 0; at < text.Length;)
            {
                var length = Math.Min(1 + random.Next(4), text.Length - at);
                shown += matcher.Append(text.AsSpan(at, length));
                at += length;
            }

            shown += matcher.Flush();
            Assert.Equal(BeforeFirstStop(text, chosen), shown);
        }
    }

    // The stop string that is complete first; of several that are complete together the longest.
    private static string BeforeFirstStop(string text, string[] stops)
    {
        for (var end = 1; end <= text.Length; end++)
        {
            var found = stops.Where(stop => text[..end].EndsWith(stop, StringComparison.Ordinal)).MaxBy(stop => stop.Length);
            if (found is not null) return text[..(end - found.Length)];
        }

        return text;
    }
}
