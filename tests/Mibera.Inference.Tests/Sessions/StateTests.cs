using System.Buffers.Binary;
using System.IO.Hashing;
using Mibera.Inference.Tests.Models;

namespace Mibera.Inference.Tests.Sessions;

/// <summary>Saved sessions: the same bits follow, and no file can do harm.</summary>
public sealed class StateTests : TinyModelFolder
{
    private static readonly int[] Ids = [.. Enumerable.Range(0, 90).Select(i => 3 + (i * 37 + i * i) % 250)];

    public static TheoryData<string, KvCacheType, KvCacheType> Kinds
    {
        get
        {
            var data = new TheoryData<string, KvCacheType, KvCacheType>();
            foreach (var key in Enum.GetValues<KvCacheType>())
            {
                foreach (var value in Enum.GetValues<KvCacheType>())
                    data.Add("stories/stories-phi3.gguf", key, value);
                foreach (var file in new[] { "hf/phi3-window.gguf", "hf/phi3-longrope.gguf", "hf/phimoe.gguf", "hf/phi.gguf" })
                    data.Add(file, key, key);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task TheSameBitsFollow(string file, KvCacheType key, KvCacheType value)
    {
        var options = new ModelOptions { Threads = 1, KeyCacheType = key, ValueCacheType = value, MicroBatchSize = 16 };
        using var model = await LanguageModel.LoadAsync(Fixtures.Path(file), options, cancellationToken: TestContext.Current.CancellationToken);
        using var session = model.CreateSession(128);
        foreach (var length in new[] { 1, 31, 32, 60, 70 })
        {
            session.Truncate(0);
            session.Evaluate(Ids.AsSpan(0, length));
            var state = Save(session);
            var expected = Follow(session, length);
            // Another session of another length, which held something else.
            using var other = model.CreateSession(100);
            other.Evaluate(Ids.AsSpan(40, 37));
            other.LoadState(new MemoryStream(state), TestContext.Current.CancellationToken);
            Assert.Equal(Ids[..length], other.Tokens.ToArray());
            Assert.Equal(expected, Follow(other, length));
            Assert.Equal(state, Saved(other, state));
        }
    }

    [Fact]
    public void TokensThatAreNotComputedYetAreSavedToo()
    {
        using var model = Load(TinyModel.Phi3());
        using var session = model.CreateSession(128);
        Assert.ThrowsAny<OperationCanceledException>(() => session.Evaluate(Ids, new CancellationToken(canceled: true)));
        var state = Save(session);
        using var other = model.CreateSession(128);
        other.LoadState(new MemoryStream(state), TestContext.Current.CancellationToken);
        Assert.Equal(Ids, other.Tokens.ToArray());
        Assert.Equal(session.Evaluate([]).ToArray(), other.Evaluate([]).ToArray());
    }

    [Fact]
    public async Task FilesAreReplacedWhole()
    {
        using var model = Load(TinyModel.Phi3());
        using var session = model.CreateSession(128);
        session.Evaluate(Ids);
        var path = PathOf("state");
        File.WriteAllText(path, "what was there before");
        Assert.ThrowsAny<OperationCanceledException>(() => session.SaveState(path, new CancellationToken(canceled: true)));
        Assert.Equal("what was there before", File.ReadAllText(path));
        session.SaveState(path, TestContext.Current.CancellationToken);
        Assert.Equal(Save(session), File.ReadAllBytes(path));
        Assert.Equal(2, Directory.GetFiles(Folder).Length);
        await using var other = model.CreateSession(128);
        other.LoadState(path, TestContext.Current.CancellationToken);
        Assert.Equal(90, other.Position);
        Assert.Contains("nowhere", Assert.Throws<ModelIOException>(() => other.LoadState(PathOf("nowhere"))).Message, StringComparison.Ordinal);
        Assert.Equal(PathOf("no/folder"), Assert.Throws<ModelIOException>(() => other.SaveState(PathOf("no/folder"))).File);
        File.WriteAllText(path, "no state");
        Assert.Equal(path, Assert.Throws<SessionStateException>(() => other.LoadState(path)).File);
    }

    [Fact]
    public void OtherModelsAndOptionsAreRefused()
    {
        var tiny = TinyModel.Phi3();
        byte[] state;
        using (var model = Load(tiny))
        {
            using var session = model.CreateSession(128);
            session.Evaluate(Ids);
            state = Save(session);
            using var small = model.CreateSession(64);
            Assert.Throws<ContextFullException>(() => small.LoadState(new MemoryStream(state)));
        }
        Refused(tiny, OneThread with { KeyCacheType = KvCacheType.Q8_0 }, state, "keeps keys as F");
        Refused(tiny, OneThread with { Norm = NormSelection.LayerNorm }, state, "another model");
        Refused(tiny, OneThread with { RopeFrequencyBase = 500 }, state, "another model");
        tiny.Tensors["blk.1.ffn_up.weight"].Values[5] += 1;
        Refused(tiny, OneThread, state, "another model");
    }

    [Fact]
    public void CraftedStatesAreRefused()
    {
        using var model = Load(TinyModel.Phi3());
        using var session = model.CreateSession(128);
        session.Evaluate(Ids);
        var state = Save(session);
        using var victim = model.CreateSession(128);

        void Refused<T>(byte[] bytes)
            where T : MiberaException
        {
            victim.Truncate(0);
            victim.Evaluate([1, 2, 3]);
            Bounded(bytes.Length, () => Assert.Throws<T>(() => victim.LoadState(new MemoryStream(bytes))));
            Assert.Equal(0, victim.Position);
        }

        foreach (var length in new[] { 0, 1, 7, 8, 55, 56, 57, 200, state.Length / 2, state.Length - 17, state.Length - 16, state.Length - 1 })
            Refused<SessionStateException>(state[..length]);
        // Every count of the head, with values that wrap, are negative, or too large; the checksum is right each time.
        for (var field = 28; field < 56; field += 4)
        {
            foreach (var value in new[] { -1, int.MinValue, int.MaxValue, 0x40000000, 1 << 20, 1000 })
            {
                var bytes = Changed(state, field, value);
                if (field == 36 && value > 0)
                    Refused<ContextFullException>(bytes);
                else
                    Refused<SessionStateException>(bytes);
            }
        }
        Refused<SessionStateException>(Changed(state, 8, 2));
        Refused<SessionStateException>(Changed(state, 56, -1));
        Refused<SessionStateException>(Changed(state, 56, TinyModel.Vocabulary));
        // Any bit that flips is noticed.
        for (var at = 80; at < state.Length; at += state.Length / 40)
        {
            var bytes = state.ToArray();
            bytes[at] ^= 0x10;
            Refused<SessionStateException>(bytes);
        }
    }

    /// <summary>Keys and values of any bits, with a right checksum: other numbers, or an error; never more.</summary>
    [Theory]
    [InlineData(KvCacheType.F32)]
    [InlineData(KvCacheType.F16)]
    [InlineData(KvCacheType.Q8_0)]
    [InlineData(KvCacheType.Q4_0)]
    public void KeysAndValuesOfAnyBitsDoNoHarm(KvCacheType type)
    {
        using var model = Load(TinyModel.Phi3(), OneThread with { KeyCacheType = type });
        using var session = model.CreateSession(128);
        session.Evaluate(Ids);
        var state = Save(session);
        foreach (var value in new byte[] { 0xFF, 0x7F, 0x7C, 0x80 })
        {
            var bytes = state.ToArray();
            bytes.AsSpan(56 + 4 * (Ids.Length + TinyModel.Vocabulary)).Fill(value);
            session.LoadState(new MemoryStream(Signed(bytes)), TestContext.Current.CancellationToken);
            Assert.Equal(TinyModel.Vocabulary, session.Evaluate([1, 2]).Length);
        }
    }

    private void Refused(TinyModel tiny, ModelOptions options, byte[] state, string reason)
    {
        using var model = Load(tiny, options);
        using var session = model.CreateSession(128);
        var error = Assert.Throws<SessionStateException>(() => session.LoadState(new MemoryStream(state)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static byte[] Changed(byte[] state, int at, int value)
    {
        var bytes = state.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
        return Signed(bytes);
    }

    private static byte[] Signed(byte[] bytes)
    {
        XxHash128.Hash(bytes.AsSpan(..^16), bytes.AsSpan(bytes.Length - 16));
        return bytes;
    }

    private static byte[] Save(InferenceSession session)
    {
        using var stream = new MemoryStream();
        session.SaveState(stream, TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    /// <summary>Saving what was loaded, before anything else is done, gives the same file.</summary>
    private static byte[] Saved(InferenceSession session, byte[] state)
    {
        session.LoadState(new MemoryStream(state), TestContext.Current.CancellationToken);
        return Save(session);
    }

    private static List<float> Follow(InferenceSession session, int from)
    {
        var logits = new List<float>(session.Evaluate([]).ToArray());
        for (var i = from; i < from + 6; i++)
            logits.AddRange(session.Evaluate([Ids[i]]));
        logits.AddRange(session.Evaluate(Ids.AsSpan(from + 6, 10)));
        return logits;
    }
}
