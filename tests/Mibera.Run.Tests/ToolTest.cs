using Mibera.Inference.Gguf;
using Mibera.Inference.Tests.Models;

namespace Mibera.Run.Tests;

/// <summary>Tests with files of their own.</summary>
public abstract class ToolTest : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mibera-run-").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected string PathOf(string name) => Path.Combine(_folder, name);

    protected string Save(string name, ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(PathOf(name), bytes);
        return PathOf(name);
    }

    private protected string Write(TinyModel model, string name = "tiny.gguf") => model.Write(_folder, name);

    /// <summary>A model that continues "a" with an emoji and some letters, and then ends.</summary>
    private protected string Parrot() => Write(TinyModel.Saying("a\U0001F600bcdefgh"u8).Set("context_length", GgufValue.From(1u << 20)), "parrot.gguf");
}
