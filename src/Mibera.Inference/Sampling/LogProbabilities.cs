using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Sampling;

/// <summary>Log-probabilities of the model's own distribution: the softmax of all logits at temperature 1.</summary>
internal static class LogProbabilities
{
    /// <summary>ln p of a token.</summary>
    /// <param name="logits">[vocabulary], finite.</param>
    /// <param name="token">The token's id.</param>
    public static float Of(ReadOnlySpan<float> logits, int token) => (float)(logits[token] - LogSumExp(logits));

    /// <summary>ln of the sum of e^logit: what turns logits into log-probabilities.</summary>
    /// <remarks>The terms are floats, summed as doubles in 16 lanes and then lane by lane: the same additions on every machine.</remarks>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        float largest = TensorPrimitives.Max(logits);
        var (lower, upper) = (Vector512<double>.Zero, Vector512<double>.Zero);
        var blocks = MemoryMarshal.Cast<float, Vector512<float>>(logits);
        foreach (ref readonly var block in blocks)
        {
            var terms = PortableMath.Exp(block - Vector512.Create(largest));
            lower += Vector512.WidenLower(terms);
            upper += Vector512.WidenUpper(terms);
        }

        double sum = 0;
        for (int i = 0; i < Vector512<double>.Count; i++) sum += lower[i];
        for (int i = 0; i < Vector512<double>.Count; i++) sum += upper[i];
        foreach (float logit in logits[(blocks.Length * Vector512<float>.Count)..]) sum += PortableMath.Exp(logit - largest);
        return largest + PortableMath.Log(sum);
    }
}
