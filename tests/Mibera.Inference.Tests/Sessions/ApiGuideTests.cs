using System.Text.RegularExpressions;

namespace Mibera.Inference.Tests.Sessions;

/// <summary>The snippets of docs/api.md, compiled and run: each of their lines stands in this file.</summary>
public sealed class ApiGuideTests
{
    [Fact]
    public void EverySnippetIsCompiledHere()
    {
        var here = Lines(File.ReadAllText(InRepository("tests/Mibera.Inference.Tests/Sessions/ApiGuideTests.cs"))).ToHashSet();
        var guide = File.ReadAllText(InRepository("docs/api.md"));
        var snippets = Regex.Matches(guide, "```csharp\n(.*?)```", RegexOptions.Singleline);
        Assert.True(snippets.Count >= 4);
        foreach (Match snippet in snippets)
            Assert.All(Lines(snippet.Groups[1].Value).Where(line => !line.StartsWith("using Mibera", StringComparison.Ordinal)), line => Assert.Contains(line, here));
    }

    [Fact]
    public async Task SnippetsRun()
    {
        var source = Fixtures.Path("stories/stories-mibera-Q4_K_S.gguf");
        var folder = Directory.CreateTempSubdirectory("mibera-guide-").FullName;
        try
        {
            await Load(source, Path.Combine(folder, "conversation.state"), TestContext.Current.CancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Load(string file, string state, CancellationToken cancellationToken)
    {
        await using var model = await LanguageModel.LoadAsync(
            file,
            new ModelOptions { RamBudget = ByteSize.Parse("6.5GB"), ContextLength = 4096 },
            new Progress<LoadProgress>(p => Console.Error.WriteLine($"{p.Stage} {p.Done}/{p.Total}")),
            cancellationToken);
        Console.WriteLine(model.LoadReport);
        Console.WriteLine(model.MemoryPlan);
        using var session = model.CreateSession();
        var options = new GenerationOptions { MaxTokens = 64, Temperature = 0.8f, Seed = 42, TopLogProbabilities = 3 };
        await foreach (var piece in session.GenerateAsync("Once upon a time", options, cancellationToken))
        {
            Console.Write(piece.Text);
            _ = (piece.TokenId, piece.LogProbability, piece.TopLogProbabilities);
        }
        Console.WriteLine(session.Statistics.StopReason);
        Assert.Equal(42ul, session.Statistics.Seed);
        GoBack(model, session);
        session.SaveState(state, cancellationToken);
        using var other = model.CreateSession();
        other.LoadState(state, cancellationToken);
        Assert.Equal(session.Tokens.ToArray(), other.Tokens.ToArray());
        var vectors = await model.EmbedAsync(["a cat", "a dog"], new EmbeddingOptions { Pooling = EmbeddingPooling.Mean }, cancellationToken);
        ReadOnlyMemory<float> vector = vectors[0].Vector;
        Assert.Equal(model.EmbeddingLength, vector.Length);
    }

    private static void GoBack(LanguageModel model, InferenceSession session)
    {
        int[] ids = model.Tokenizer.Encode("The same long beginning, and then a question", addBos: true);
        int reused = session.KeepCommonPrefix(ids);
        ReadOnlySpan<float> logits = session.Evaluate(ids.AsSpan(reused));
        Assert.Equal(model.VocabularySize, logits.Length);
        session.Truncate(reused);
    }

    /// <summary>Lines without indentation and remarks; the names of files are the reader's.</summary>
    private static IEnumerable<string> Lines(string text) => text
        .Split('\n')
        .Select(line => Regex.Replace(line, @"\s*//.*$", "").Trim().Replace("\"model.gguf\"", "file", StringComparison.Ordinal).Replace("\"conversation.state\"", "state", StringComparison.Ordinal))
        .Where(line => line.Length > 0);

    private static string InRepository(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Mibera.Inference.sln")))
            folder = folder.Parent;
        Assert.SkipWhen(folder is null, "The tests do not run inside the repository.");
        return Path.Combine(folder!.FullName, path);
    }
}
