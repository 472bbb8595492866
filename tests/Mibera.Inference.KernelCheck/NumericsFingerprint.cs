using Mibera.Inference.Kernels;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.KernelCheck;

/// <summary>Norms, activations, softmax, rotations, and the functions below them.</summary>
internal static unsafe class NumericsFingerprint
{
    private const int Width = 1000;

    public static Bits Compute()
    {
        var (x, y, output) = (TestValues.Gaussian(Width, 1), TestValues.Gaussian(Width, 2), new float[Width]);
        var bits = new Bits();
        fixed (float* px = x, py = y, po = output)
        {
            Softmax.Apply(px, po, Width);
            bits.Add(output);
            Norms.RmsNorm(px, py, null, 1e-5f, po, Width);
            bits.Add(output);
            Norms.LayerNorm(px, py, px, 1e-5f, po, Width);
            bits.Add(output);
            FeedForwardActivations.SwiGlu(px, py, po, Width);
            bits.Add(output);
            FeedForwardActivations.Gelu(px, po, Width);
            bits.Add(output);
        }
        foreach (var value in x)
        {
            var (sin, cos) = PortableMath.SinCos(value * 1000.0);
            var (exp, log) = (PortableMath.Exp((double)value), PortableMath.Log(Math.Abs(value) + 1e-9));
            foreach (var result in new[] { sin, cos, exp, log, PortableMath.Pow(250000, value) })
                bits.Add(result);
            bits.Add(PortableMath.Exp(10 * value));
        }
        foreach (var order in Enum.GetValues<RopeOrder>())
            Rotate(order, x, bits);
        return bits;
    }

    private static void Rotate(RopeOrder order, float[] x, Bits bits)
    {
        const int Heads = 5, HeadDimension = 96, Tokens = 3;
        var frequencies = new RopeFrequencies(new RopeParameters { Order = order, Dimensions = 72, Base = 10000, AttentionFactor = 1.19 });
        using var table = new RopeTable(Tokens, 36);
        table.Fill(frequencies, first: 4095, Tokens);
        var rotated = x[..(Heads * HeadDimension)];
        fixed (float* data = rotated)
        {
            for (var token = 0; token < Tokens; token++)
                table.Apply(token, data, Heads, HeadDimension);
        }
        bits.Add(rotated);
    }
}
