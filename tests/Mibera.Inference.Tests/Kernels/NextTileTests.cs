using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>What is fetched while a tile is unpacked is the next tile, each byte once.</summary>
public unsafe class NextTileTests
{
    [Theory]
    [InlineData(GgmlType.Q4_K, 2560)]
    [InlineData(GgmlType.Q4_1, 576)]
    [InlineData(GgmlType.NVFP4, 320)]
    [InlineData(GgmlType.Q8_0, 32)]
    public void AllPartsOfAllChunksAreTheNextTile(GgmlType type, int columns)
    {
        var (elements, bytes) = type.Block();
        var weights = new WeightMatrix(type, (byte*)0x10000, 128, columns);
        foreach (var inStreams in new[] { false, true })
        {
            var parts = new List<(long Begin, long End)>();
            for (var column = 0; column < columns; column += PanelLayout.Chunk)
            {
                var partBytes = Math.Min(PanelLayout.Chunk, columns - column) / elements * bytes;
                var next = new NextTile<PortableIsa>(weights, 32, (long)column / elements * bytes, partBytes, inStreams);
                for (var i = 0; i < PanelLayout.TileRows; i++)
                {
                    parts.Add(((long)next.Part, (long)next.Part + partBytes));
                    next.Fetch(partBytes);
                }
            }
            parts.Sort();
            Assert.Equal((long)weights.Row(64), parts[0].Begin);
            Assert.Equal((long)weights.Row(96), parts[^1].End);
            Assert.All(Enumerable.Range(1, parts.Count - 1), i => Assert.Equal(parts[i - 1].End, parts[i].Begin));
        }
    }
}
