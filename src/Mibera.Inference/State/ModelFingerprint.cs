using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Mibera.Inference.Gguf;
using Mibera.Inference.Models;

namespace Mibera.Inference.State;

/// <summary>
/// What keys and values depend on: the configuration as it was resolved, every tensor's name, type and shape, and the first bytes of
/// each. (A model has gigabytes; a fine-tune that leaves the beginning of every matrix as it was is not known.)
/// </summary>
internal static class ModelFingerprint
{
    private const int SampleBytes = 4096;

    public static byte[] Of(GgufFile file, ModelConfig config)
    {
        var hash = new XxHash128();
        Append(hash, config);
        var sample = new byte[SampleBytes];
        foreach (var tensor in file.Tensors)
        {
            hash.Append(Encoding.UTF8.GetBytes(tensor.Name));
            hash.Append([0, (byte)tensor.Type]);
            hash.Append(MemoryMarshal.AsBytes<long>([.. tensor.Dimensions]));
            var part = sample.AsSpan(0, (int)Math.Min(SampleBytes, tensor.ByteSize));
            file.ReadTensor(tensor, part);
            hash.Append(part);
        }
        return hash.GetHashAndReset();
    }

    private static void Append(XxHash128 hash, ModelConfig config)
    {
        var rope = config.Rope;
        hash.Append(MemoryMarshal.AsBytes<int>(
        [
            (int)config.Architecture, config.Layers, config.Embedding, config.Vocabulary, config.Heads, config.KvHeads, config.HeadDimension, config.FeedForward,
            config.Experts, config.ExpertsUsed, (int)config.Norm, config.SlidingWindow, rope.Dimensions, rope.Interleaved ? 1 : 0, rope.OriginalContext,
        ]));
        hash.Append(MemoryMarshal.AsBytes<float>(
        [
            config.NormEpsilon, rope.Base, rope.AttentionFactor, rope.ScalingFactor, rope.YarnExtFactor, rope.YarnBetaFast, rope.YarnBetaSlow,
        ]));
        foreach (var factors in new[] { rope.Frequencies, rope.ShortFactors, rope.LongFactors })
        {
            hash.Append(BitConverter.GetBytes(factors?.Length ?? -1));
            hash.Append(MemoryMarshal.AsBytes<float>(factors));
        }
    }
}
