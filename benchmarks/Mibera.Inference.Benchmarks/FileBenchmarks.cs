using BenchmarkDotNet.Attributes;
using Mibera.Bench.Synthetic;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Benchmarks;

/// <summary>What stands between a file and its first token: the header with its vocabulary, and the tokenizer made of it.</summary>
public class FileBenchmarks
{
    private string _folder = "";
    private string _path = "";
    private GgufMetadata? _metadata;
    private Tokenizer? _tokenizer;
    private string _text = "";
    private int[] _ids = [];

    /// <summary>Tokens of the vocabulary: those of Phi-4 and of Phi-4-mini.</summary>
    [Params(100_352, 200_064)]
    public int Vocabulary { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("mibera-benchmarks-").FullName;
        _path = Path.Combine(_folder, "vocabulary.gguf");
        var writer = new GgufWriter();
        writer.Add("general.architecture", GgufValue.From("phi3"));
        new SyntheticVocabulary(Vocabulary).AddTo(writer, "dbrx");
        writer.WriteTo(_path);
        using var file = GgufFile.Open(_path, mapped: false);
        _metadata = file.Metadata;
        _tokenizer = Tokenizer.FromGguf(_metadata);
        _text = Text(words: 2000);
        _ids = _tokenizer.Encode(_text);
    }

    [GlobalCleanup]
    public void CleanUp() => Directory.Delete(_folder, recursive: true);

    [Benchmark]
    public int ParseHeader()
    {
        using var file = GgufFile.Open(_path);
        return file.Metadata.Count;
    }

    [Benchmark]
    public int BuildTokenizer() => Tokenizer.FromGguf(_metadata!).VocabularySize;

    /// <summary>2000 words of 1 to 12 letters.</summary>
    [Benchmark]
    public int Encode() => _tokenizer!.Encode(_text).Length;

    [Benchmark]
    public int Decode() => _tokenizer!.Decode(_ids).Length;

    private static string Text(int words)
    {
        var random = new RandomBits(1);
        return string.Join(' ', Enumerable.Range(0, words).Select(_ => Word(random)));
    }

    private static string Word(RandomBits random) =>
        string.Create(1 + random.NextInt32(12), random, static (letters, random) =>
        {
            foreach (ref var letter in letters) letter = (char)('a' + random.NextInt32(26));
        });
}
