namespace Mibera.Inference.Kernels;

/// <summary>Activations packed block by block of 256, for one row at a time.</summary>
internal abstract unsafe class SuperBlockLayout : IActivationLayout
{
    public int Block => 256;

    public int RowGranularity => 1;

    /// <summary>Bytes of a packed block, a multiple of 64.</summary>
    public abstract int PackedBytes { get; }

    public long Bytes(int rows, int width) => (long)rows * (width / 256) * PackedBytes;

    public void Pack(QuantizedRows source, int rows, int begin, int end, byte* destination)
    {
        var blocks = source.Width / 256;
        for (var row = begin; row < end; row++)
        {
            var target = destination + (long)row * blocks * PackedBytes;
            for (var b = 0; b < blocks; b++, target += PackedBytes)
                PackBlock(source.Quants(row) + 256 * b, source.Sums(row) + 16 * b, target);
        }
    }

    /// <summary>Packs 256 quants; <paramref name="sums"/> are those of each 16.</summary>
    protected abstract void PackBlock(sbyte* quants, short* sums, byte* target);
}
