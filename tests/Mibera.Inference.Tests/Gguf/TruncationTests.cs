using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Gguf;

/// <summary>A file cut off anywhere, and a file with any field changed: a typed error or a usable model, never anything else.</summary>
public sealed class TruncationTests : TemporaryFolder
{
    [Fact]
    public void EveryTruncationIsRefused()
    {
        var whole = SampleGguf.Bytes();
        long end;
        using (var file = GgufFile.Open(Save(whole))) end = file.Tensors.Max(tensor => tensor.Offset + tensor.ByteSize);
        Assert.True(end < whole.Length, "The writer pads the last tensor.");
        for (var length = 0; length < end; length++) Refused(whole.AsSpan(0, length));
        // The padding behind the last tensor is nobody's.
        using (GgufFile.Open(Save(whole.AsSpan(0, (int)end))))
        {
        }
    }

    [Fact]
    public void EveryFieldWithEveryTreacherousValue()
    {
        ulong[] values = [0, 13, 1UL << 31, 1UL << 32, 1UL << 62, 1UL << 63, ulong.MaxValue - 31];
        var whole = SampleGguf.Bytes();
        long header;
        using (var file = GgufFile.Open(Save(whole))) header = file.Tensors.Min(tensor => tensor.Offset);
        for (var at = 0; at < header - 8; at++)
        {
            foreach (var value in values)
            {
                var bytes = whole.ToArray();
                BitConverter.TryWriteBytes(bytes.AsSpan(at), value);
                OpenOrRefuse(bytes);
                if (value > uint.MaxValue) continue;
                whole.AsSpan().CopyTo(bytes);
                BitConverter.TryWriteBytes(bytes.AsSpan(at), (uint)value);
                OpenOrRefuse(bytes);
            }
        }
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    public void RandomMutations(uint seed)
    {
        var whole = SampleGguf.Bytes();
        var state = seed;
        for (var round = 0; round < 2000; round++)
        {
            var bytes = whole.ToArray();
            for (var changes = Next(4); changes >= 0; changes--) bytes[Next(bytes.Length)] = (byte)Next(256);
            if (Next(8) == 0) Array.Copy(bytes, Next(bytes.Length / 2), bytes, Next(bytes.Length / 2), Next(64));
            OpenOrRefuse(bytes.AsSpan(0, bytes.Length - (Next(8) == 0 ? Next(bytes.Length) : 0)));
        }

        // Numerical Recipes' linear congruential generator, upper bits.
        int Next(int limit) => (int)((state = (state * 1664525) + 1013904223) >> 8) % limit;
    }

    private void OpenOrRefuse(ReadOnlySpan<byte> bytes)
    {
        var path = Save(bytes);
        var mapped = bytes.Length % 2 == 0;
        try
        {
            using var file = Bounded(bytes.Length, () => GgufFile.Open(path, mapped));
            Touch(file);
        }
        catch (MiberaException e)
        {
            Assert.Equal(path, e.File);
            Assert.DoesNotContain(e.Message, char.IsControl);
        }
    }

    /// <summary>Uses everything that an accepted file promises.</summary>
    private static unsafe void Touch(GgufFile file)
    {
        foreach (var (_, value) in file.Metadata) Assert.NotNull(value.ToString());
        var data = new byte[1];
        foreach (var tensor in file.Tensors)
        {
            file.ReadTensor(tensor, data, tensor.ByteSize - 1);
            if (file.IsMapped) Assert.Equal(data[0], file.GetPointer(tensor)[tensor.ByteSize - 1]);
        }
    }
}
