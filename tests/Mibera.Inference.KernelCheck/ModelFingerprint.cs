namespace Mibera.Inference.KernelCheck;

/// <summary>The logits of the demo model, from the file to the last layer: a prompt, then tokens one by one, with caches of every
/// type.</summary>
internal static class ModelFingerprint
{
    private const string File = "stories-mibera-Q4_K_S.gguf";

    public static Bits Compute()
    {
        var bits = new Bits();
        foreach (var type in Enum.GetValues<KvCacheType>())
        {
            var options = new ModelOptions { Threads = 2, ContextLength = 64, KeyCacheType = type, ValueCacheType = type };
            var path = Path.Combine(AppContext.BaseDirectory, File);
            using var model = LanguageModel.Load(path, options, progress: null, CancellationToken.None);
            using var session = model.CreateSession();
            bits.Add(session.Evaluate(model.Tokenizer.Encode("Once upon a time there was a dragon who could not fly.")));
            for (var token = 0; token < 4; token++)
                bits.Add(session.Evaluate([300 + token]));
        }
        return bits;
    }
}
