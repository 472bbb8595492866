using Mibera.Inference.Tests.Kernels;

namespace Mibera.Inference.KernelCheck;

/// <summary>Floats that are the same wherever they are made.</summary>
internal static class TestValues
{
    public static float[] Gaussian(int count, ulong seed)
    {
        var values = new float[count];
        RandomActivations.Fill(values, ActivationPattern.Gaussian, seed);
        return values;
    }
}
