using Mibera.Inference.Numerics;

namespace Mibera.Inference.Models;

/// <summary>Probabilities from logits, summed in one fixed order.</summary>
internal static class Probability
{
    /// <summary>Natural logarithm of the softmax of <paramref name="token"/>.</summary>
    public static double Log(ReadOnlySpan<float> logits, int token)
    {
        var highest = float.NegativeInfinity;
        foreach (var logit in logits)
            highest = MathF.Max(highest, logit);
        var sum = 0.0;
        foreach (var logit in logits)
            sum += PortableMath.Exp((double)(logit - highest));
        return (double)logits[token] - highest - PortableMath.Log(sum);
    }
}
