using Mibera.Inference.Tests.Kernels;

namespace Mibera.Inference.Tests.Models;

/// <summary>Bytes of a file's header changed at random: an error of the library, or a model that runs.</summary>
public sealed class MutationTests : TinyModelFolder
{
    private const int Files = 400;

    [Theory]
    [InlineData("phi2")]
    [InlineData("phi3")]
    [InlineData("phimoe")]
    public async Task EndInAnErrorOrAModel(string name)
    {
        var tiny = name switch { "phi2" => TinyModel.Phi2(), "phi3" => TinyModel.Phi3(), _ => TinyModel.PhiMoe() };
        var original = File.ReadAllBytes(tiny.Write(Folder));
        var header = original.AsSpan().IndexOf("output_norm.weight"u8) + 2000;
        var random = new TestRandom(42);
        var refused = 0;
        for (var i = 0; i < Files / 3; i++)
        {
            var bytes = original.ToArray();
            for (var changes = 1 + random.Next(3); changes > 0; changes--)
                bytes[random.Next(header)] = random.Next(4) == 0 ? (byte)0xFF : (byte)random.Next(256);
            if (!await Runs(Save(bytes)))
                refused++;
        }
        // Both happen, or the test would show nothing.
        Assert.InRange(refused, 1, Files / 3 - 1);
    }

    private static async Task<bool> Runs(string path)
    {
        try
        {
            using var model = LanguageModel.Load(path, OneThread with { Probe = false }, null, TestContext.Current.CancellationToken);
            await Generate(model, "ab", new GenerationOptions { MaxTokens = 2, Seed = 1 });
            return true;
        }
        catch (MiberaException e)
        {
            Assert.NotEmpty(e.Message);
            return false;
        }
    }
}
