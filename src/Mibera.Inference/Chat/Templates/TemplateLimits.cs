namespace Mibera.Inference.Chat.Templates;

/// <summary>
/// What a template may use up. Templates come with downloaded files, so they are untrusted programs: each limit is far above what
/// published chat templates need and low enough that a hostile one ends with an error well within a second.
/// </summary>
internal static class TemplateLimits
{
    /// <summary>UTF-16 units of a template's source; the longest published ones have about 30,000.</summary>
    public const int SourceLength = 1 << 20;

    /// <summary>Blocks within blocks and brackets within brackets; bounds the parser's recursion.</summary>
    public const int SourceNesting = 100;

    /// <summary>Expressions and statements under evaluation at once (macros calling macros included); bounds the renderer's recursion.</summary>
    public const int RenderDepth = 1000;

    /// <summary>Expressions evaluated, statements run and elements visited in one rendering.</summary>
    public const long Steps = 3_000_000;

    /// <summary>UTF-16 units of one string, the rendered prompt included.</summary>
    public const int TextLength = 1 << 24;

    /// <summary>UTF-16 units of all strings made in one rendering.</summary>
    public const long TextTotal = 1L << 26;

    /// <summary>Numbers of one <c>range</c>, the limit of Jinja's own sandbox.</summary>
    public const int RangeLength = 100_000;

    /// <summary>Lists and mappings within each other in one value; bounds the recursion of everything that walks values.</summary>
    public const int ValueDepth = 100;

    /// <summary>Bits of an integer. Python has no limit, which makes <c>9 ** (9 ** 9)</c> a bomb.</summary>
    public const int IntegerBits = 4096;
}
