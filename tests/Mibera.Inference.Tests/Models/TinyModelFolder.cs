using Mibera.Inference.Tests.Gguf;

namespace Mibera.Inference.Tests.Models;

/// <summary>Writes tiny models, loads them, and asks them.</summary>
public abstract class TinyModelFolder : TemporaryFolder
{
    private protected static readonly ModelOptions OneThread = new() { Threads = 1 };

    private protected LanguageModel Load(TinyModel model, ModelOptions? options = null) =>
        LanguageModel.Load(model.Write(Folder), options ?? OneThread, null, TestContext.Current.CancellationToken);

    /// <summary>Loading is refused with a typed error that names the file, in one line, quickly and with bounded memory.</summary>
    private protected T Refused<T>(TinyModel model, ModelOptions? options = null)
        where T : MiberaException
    {
        var path = model.Write(Folder);
        var error = Bounded(new FileInfo(path).Length, () => Assert.Throws<T>(() => LanguageModel.Load(path, options ?? OneThread, null, default)));
        Assert.Equal(path, error.File);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
        return error;
    }

    /// <summary>The logits of a short text's last position.</summary>
    private protected float[] Logits(TinyModel model, ModelOptions? options = null)
    {
        using var loaded = Load(model, options);
        using var session = loaded.CreateSession(32);
        return session.Evaluate([5, 77, 200, 31, 5, 66]).ToArray();
    }

    private protected static async Task<string> Generate(LanguageModel model, string prompt, GenerationOptions options)
    {
        using var session = model.CreateSession(64);
        var text = "";
        await foreach (var piece in session.GenerateAsync(prompt, options, TestContext.Current.CancellationToken))
            text += piece.Text;
        return text;
    }
}
