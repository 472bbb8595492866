using Mibera.Bench.Synthetic;

namespace Mibera.Bench.Tests.Synthetic;

public class SyntheticVocabularyTests
{
    [Theory]
    [InlineData(259)]
    [InlineData(2048)]
    [InlineData(100352)]
    [InlineData(200064)]
    public void Has_exactly_the_asked_number_of_different_tokens(int size)
    {
        var vocabulary = new SyntheticVocabulary(size);
        Assert.Equal(size, vocabulary.Tokens.Count);
        Assert.Equal(size, vocabulary.Tokens.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Every_merge_makes_the_next_token_of_two_earlier_ones()
    {
        var vocabulary = new SyntheticVocabulary(100352);
        var seen = vocabulary.Tokens.Take(256).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(vocabulary.Tokens.Count - 256 - 3, vocabulary.Merges.Count);
        for (var i = 0; i < vocabulary.Merges.Count; i++)
        {
            var parts = vocabulary.Merges[i].Split(' ');
            Assert.Equal(2, parts.Length);
            Assert.All(parts, part => Assert.Contains(part, seen));
            Assert.Equal(vocabulary.Tokens[256 + i], parts[0] + parts[1]);
            seen.Add(vocabulary.Tokens[256 + i]);
        }
    }

    [Fact]
    public void A_size_without_room_for_all_bytes_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SyntheticVocabulary(258));
}
