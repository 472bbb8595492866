using System.Runtime.InteropServices;
using Mibera.Inference.Kernels;
using Mibera.Inference.Numerics;
using Mibera.Inference.Tests.Kernels;

namespace Mibera.Inference.KernelCheck;

/// <summary>
/// A hash over the bits of the float kernels' results: the same number on every machine, or some machine computes
/// differently.
/// </summary>
internal static unsafe class NumericsFingerprint
{
    private const int Width = 1000;

    public static ulong Compute()
    {
        // FNV-1a.
        var hash = 14695981039346656037ul;
        foreach (var value in Results())
            hash = (hash ^ value) * 1099511628211;
        return hash;
    }

    private static List<ulong> Results()
    {
        var (x, y, output) = (Values(1), Values(2), new float[Width]);
        var results = new List<ulong>();
        fixed (float* px = x, py = y, po = output)
        {
            Softmax.Apply(px, po, Width);
            Add(output);
            Norms.RmsNorm(px, py, null, 1e-5f, po, Width);
            Add(output);
            Norms.LayerNorm(px, py, px, 1e-5f, po, Width);
            Add(output);
            FeedForwardActivations.SwiGlu(px, py, po, Width);
            Add(output);
            FeedForwardActivations.Gelu(px, po, Width);
            Add(output);
        }
        foreach (var value in x)
        {
            var (sin, cos) = PortableMath.SinCos(value * 1000.0);
            var (exp, log) = (PortableMath.Exp((double)value), PortableMath.Log(Math.Abs(value) + 1e-9));
            foreach (var result in new[] { sin, cos, exp, log, PortableMath.Pow(250000, value) })
                results.Add(BitConverter.DoubleToUInt64Bits(result));
            results.Add(BitConverter.SingleToUInt32Bits(PortableMath.Exp(10 * value)));
        }
        return results;

        void Add(float[] values)
        {
            foreach (var bits in MemoryMarshal.Cast<float, uint>(values))
                results.Add(bits);
        }
    }

    private static float[] Values(ulong seed)
    {
        var values = new float[Width];
        RandomActivations.Fill(values, ActivationPattern.Gaussian, seed);
        return values;
    }
}
