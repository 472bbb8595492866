using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Tokenization;

/// <summary>The tokenizers of the fixtures, each built once.</summary>
internal static class VocabularyFixtures
{
    private static readonly Dictionary<string, Tokenizer> Loaded = [];

    /// <summary>Tokenizer of a fixture file; skips the test where it is absent.</summary>
    public static Tokenizer Load(string relative)
    {
        var path = Fixtures.Path(relative);
        lock (Loaded)
        {
            if (!Loaded.TryGetValue(path, out var tokenizer)) Loaded[path] = tokenizer = Tokenizer.FromGguf(Metadata(relative), Fail);
            return tokenizer;
        }
    }

    /// <summary>Metadata of a fixture file.</summary>
    public static GgufMetadata Metadata(string relative)
    {
        using var file = GgufFile.Open(Fixtures.Path(relative));
        return file.Metadata;
    }

    private static void Fail(string warning) => Assert.Fail("A good vocabulary gave a warning: " + warning);
}
