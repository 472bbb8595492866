using Mibera.Inference.Sampling;

namespace Mibera.Inference.Tests.Sampling;

public sealed class Xoshiro256Tests
{
    /// <summary>The first numbers of the authors' C program from the state 1, 2, 3, 4.</summary>
    [Fact]
    public void GivesTheNumbersOfItsAuthors()
    {
        var random = new Xoshiro256(1, 2, 3, 4);
        ulong[] expected = [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205, 9973669472204895162];
        Assert.Equal(expected, Enumerable.Range(0, expected.Length).Select(_ => random.Next()));
    }

    [Fact]
    public void SplitMixGivesTheNumbersOfItsAuthor()
    {
        ulong state = 1234567;
        ulong[] expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431];
        Assert.Equal(expected, Enumerable.Range(0, expected.Length).Select(_ => Xoshiro256.SplitMix64(ref state)));
    }

    [Fact]
    public void DoublesAreSpreadOverTheUnitInterval()
    {
        var random = new Xoshiro256(3);
        var numbers = Enumerable.Range(0, 100_000).Select(_ => random.NextDouble()).ToArray();
        Assert.All(numbers, number => Assert.InRange(number, 0.0, 1.0 - 1e-17));
        // The mean's standard deviation is 0.0009, a tenth's share has one of 0.001.
        Assert.Equal(0.5, numbers.Average(), 0.005);
        for (int tenth = 0; tenth < 10; tenth++) Assert.Equal(0.1, numbers.Count(number => (int)(number * 10) == tenth) / 100_000.0, 0.006);
    }

    [Fact]
    public void NewSeedsHaveNoFixedBits()
    {
        var (ones, zeros) = (0ul, 0ul);
        for (var i = 0; i < 200; i++)
        {
            var seed = Xoshiro256.NewSeed();
            ones |= seed;
            zeros |= ~seed;
        }
        Assert.Equal((ulong)long.MaxValue, ones);
        Assert.Equal(ulong.MaxValue, zeros);
    }
}
