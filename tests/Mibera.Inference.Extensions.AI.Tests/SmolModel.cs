using Mibera.Inference.Tests;

namespace Mibera.Inference.Extensions.AI.Tests;

/// <summary>The real small chat model, loaded once for all tests of a class.</summary>
public sealed class SmolModel : IAsyncLifetime
{
    private LanguageModel? _model;

    /// <summary>Skips the calling test where the fixture is absent.</summary>
    public LanguageModel Model
    {
        get
        {
            Assert.SkipWhen(_model is null, "Fixture 'smol' not found: set MIBERA_FIXTURES to the folder that holds it.");
            return _model!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (Fixtures.TryPath("smol/smol-chat-135m-Q4_1.gguf") is { } path)
            _model = await LanguageModel.LoadAsync(path);
    }

    public async ValueTask DisposeAsync()
    {
        if (_model is not null)
            await _model.DisposeAsync();
    }
}
