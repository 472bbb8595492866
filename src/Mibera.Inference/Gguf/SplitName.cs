using System.Globalization;
using System.Text.RegularExpressions;

namespace Mibera.Inference.Gguf;

/// <summary>The name of a split model's part: <c>model-00001-of-00003.gguf</c>, counted from 1.</summary>
internal readonly partial record struct SplitName(string Prefix, int Number, int Count)
{
    /// <summary>Takes a path apart, or returns null if it is not named like a part.</summary>
    public static SplitName? Parse(string path)
    {
        var match = Pattern().Match(path);
        if (!match.Success) return null;
        return new SplitName(match.Groups["prefix"].Value, Number(match.Groups["number"]), Number(match.Groups["count"]));

        static int Number(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>The path of another part of the same model.</summary>
    public string PathOf(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{number:D5}-of-{Count:D5}.gguf");

    [GeneratedRegex("^(?<prefix>.*)-(?<number>[0-9]{5})-of-(?<count>[0-9]{5})[.]gguf$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
