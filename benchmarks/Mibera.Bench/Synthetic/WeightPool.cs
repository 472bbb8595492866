using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;

namespace Mibera.Bench.Synthetic;

/// <summary>
/// Random weights of one format, of which files of any size are written: some megabytes of blocks that are used again and
/// again. Weights have mean 0 and a root mean square of 0.02, about that of real models, so that activations and logits
/// stay finite through any depth.
/// </summary>
internal sealed class WeightPool
{
    public const float RootMeanSquare = 0.02f;

    // A prime: no row length divides the pool, so rows begin at different blocks and differ.
    private const int MegabytesOfBlocks = 4;
    private const int SampleElements = 1 << 17;

    private readonly byte[] _bytes;

    private WeightPool(GgmlType type, byte[] bytes) => (Type, _bytes) = (type, bytes);

    public GgmlType Type { get; }

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Fills a pool; the same type and seed give the same one.</summary>
    public static WeightPool Create(GgmlType type, ulong seed)
    {
        var (elements, size) = type.Block();
        var blocks = PrimeAtMost((MegabytesOfBlocks << 20) / size);
        var random = new RandomBits(seed ^ ((ulong)type << 32));
        var bytes = new byte[blocks * size];
        if (elements == 1) FillFloats(bytes, type, random);
        else FillBlocks(bytes, type, random);
        return new WeightPool(type, bytes);
    }

    /// <summary>Writes <paramref name="bytes"/> of whole blocks, from block <paramref name="first"/> (modulo the pool) on.</summary>
    public void WriteTo(Stream stream, long bytes, long first, Action<int> written)
    {
        var start = (int)(first * Type.Block().Bytes % _bytes.Length);
        while (bytes > 0)
        {
            var count = (int)Math.Min(bytes, _bytes.Length - start);
            stream.Write(_bytes.AsSpan(start, count));
            written(count);
            (bytes, start) = (bytes - count, 0);
        }
    }

    private static void FillBlocks(Span<byte> bytes, GgmlType type, RandomBits random)
    {
        random.Fill(bytes);
        if (type is GgmlType.TQ2_0 or GgmlType.Q2_0) BalanceTwoBits(bytes);
        var size = type.Block().Bytes;
        var (scale, minScale) = Calibrate(bytes[..(SampleElements / type.Block().Elements * size)], type);
        for (; bytes.Length > 0; bytes = bytes[size..])
        {
            // As in real models, scales differ from block to block.
            var factor = random.NextSingle(0.8f, 1.2f);
            BlockScales.Set(bytes[..size], type, scale * factor, minScale * factor);
        }
    }

    /// <summary>
    /// Finds the scales by the format's own definition: it is linear in both. The minimums' scale cancels the mean of the
    /// quants, then both are scaled to the wanted root mean square.
    /// </summary>
    private static (float Scale, float MinScale) Calibrate(ReadOnlySpan<byte> sample, GgmlType type)
    {
        var minScale = 0f;
        if (BlockScales.HasMinimum(type))
        {
            var (quantMean, _) = Moments(sample, type, 1f, 0f);
            var (minMean, _) = Moments(sample, type, 0f, 1f);
            minScale = (float)(-quantMean / minMean);
        }
        var (_, rms) = Moments(sample, type, 1f, minScale);
        var scale = (float)(RootMeanSquare / rms);
        return (scale, scale * minScale);
    }

    /// <summary>Two-bit codes mean -1, 0, 1, 2: without 3 (which TQ2_0 does not use) their mean is 0. It becomes 1.</summary>
    private static void BalanceTwoBits(Span<byte> bytes)
    {
        foreach (ref var value in bytes) value = (byte)(value & ~((value & (value << 1)) & 0xaa));
    }

    private static unsafe (double Mean, double RootMeanSquare) Moments(ReadOnlySpan<byte> sample, GgmlType type, float scale, float minScale)
    {
        var (elements, size) = type.Block();
        var copy = sample.ToArray();
        for (var rest = copy.AsSpan(); rest.Length > 0; rest = rest[size..]) BlockScales.Set(rest[..size], type, scale, minScale);
        var values = new float[copy.Length / size * elements];
        fixed (byte* blocks = copy)
        fixed (float* output = values)
            KernelTable.Scalar(type).DecodeRow(blocks, values.Length, output);
        return (values.Average(value => (double)value), Math.Sqrt(values.Average(value => (double)value * value)));
    }

    private static void FillFloats(Span<byte> bytes, GgmlType type, RandomBits random)
    {
        // Uniform in +-a has a root mean square of a / sqrt 3.
        var limit = RootMeanSquare * MathF.Sqrt(3f);
        var size = type.Block().Bytes;
        for (; bytes.Length > 0; bytes = bytes[size..])
        {
            var value = random.NextSingle(-limit, limit);
            switch (type)
            {
                case GgmlType.F32:
                    MemoryMarshal.Write(bytes, value);
                    break;
                case GgmlType.F16:
                    MemoryMarshal.Write(bytes, (Half)value);
                    break;
                case GgmlType.BF16:
                    MemoryMarshal.Write(bytes, (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(type), type, "No weight format.");
            }
        }
    }

    private static int PrimeAtMost(int number)
    {
        while (!IsPrime(number)) number--;
        return number;
    }

    private static bool IsPrime(int number)
    {
        for (var divisor = 2; divisor * divisor <= number; divisor++)
        {
            if (number % divisor == 0) return false;
        }
        return number > 1;
    }
}
