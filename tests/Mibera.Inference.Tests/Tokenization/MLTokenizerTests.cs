namespace Mibera.Inference.Tests.Tokenization;

/// <summary>The tokenizer as one of Microsoft.ML.Tokenizers.</summary>
public sealed class MLTokenizerTests
{
    public static TheoryData<string> Files { get; } =
        ["tokenizers/vocab-phi4.gguf", "tokenizers/ggml-vocab-phi-3.gguf", "tokenizers/ggml-vocab-gpt-2.gguf"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Tokens_cover_the_text(string file)
    {
        var tokenizer = VocabularyFixtures.Load(file);
        var library = tokenizer.AsMLTokenizer();
        const string Text = "Grüße,  世界! 😀 don't▁stop";
        Assert.Equal(tokenizer.Encode(Text), library.EncodeToIds(Text));
        Assert.Equal(tokenizer.CountTokens(Text), library.CountTokens(Text));

        var tokens = library.EncodeToTokens(Text, out _);
        Assert.Equal(tokenizer.Encode(Text), tokens.Select(token => token.Id));
        Assert.Equal(0, tokens[0].Offset.Start.Value);
        Assert.Equal(Text.Length, tokens[^1].Offset.End.Value);
        Assert.All(tokens.Zip(tokens.Skip(1)), pair => Assert.InRange(pair.Second.Offset.Start.Value, 0, pair.First.Offset.End.Value));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Texts_are_cut_by_number_of_tokens(string file)
    {
        var library = VocabularyFixtures.Load(file).AsMLTokenizer();
        const string Text = "The quick brown fox jumps over the lazy dog";
        var end = library.GetIndexByTokenCount(Text, 3, out _, out var count);
        Assert.Equal(3, count);
        Assert.Equal("The quick brown", Text[..end]);
        Assert.Equal(" lazy dog", Text[library.GetIndexByTokenCountFromEnd(Text, 2, out _, out _)..]);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Decodes_into_room_of_any_size(string file)
    {
        var library = VocabularyFixtures.Load(file).AsMLTokenizer();
        const string Text = "Hello 😀 world";
        var ids = library.EncodeToIds(Text);
        Assert.Equal(Text, library.Decode(ids));
        var room = new char[Text.Length];
        Assert.Equal(System.Buffers.OperationStatus.Done, library.Decode(ids, room, out var consumed, out var written));
        Assert.Equal((ids.Count, Text), (consumed, new string(room, 0, written)));
        Assert.Equal(System.Buffers.OperationStatus.DestinationTooSmall, library.Decode(ids, room.AsSpan(0, 3), out _, out _));
        Assert.Equal(System.Buffers.OperationStatus.InvalidData, library.Decode([-1], room, out _, out _));
    }
}
