using Mibera.Inference.Kernels;
using Mibera.Inference.Memory;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Models;

/// <summary>The weight and the optional bias [embedding] of a normalization, as floats.</summary>
internal sealed unsafe class NormWeights(NativeBuffer weight, NativeBuffer? bias)
{
    /// <summary>Normalizes <paramref name="count"/> rows into <paramref name="output"/>.</summary>
    public void Apply(NormKind kind, float epsilon, float* rows, int count, Activations output, WorkerPool pool)
    {
        output.Reset(count);
        var body = new Body { Weights = this, Kind = kind, Epsilon = epsilon, Rows = rows, Output = output };
        pool.Run(ref body, count, grain: 1);
    }

    private struct Body : IParallelBody
    {
        public NormWeights Weights;
        public NormKind Kind;
        public float Epsilon;
        public float* Rows;
        public Activations Output;

        public readonly void Execute(int worker, int begin, int end)
        {
            var width = Output.Width;
            for (var t = begin; t < end; t++)
            {
                if (Kind == NormKind.RmsNorm)
                    Norms.RmsNorm(Rows + (long)t * width, Weights.Weight, Weights.Bias, Epsilon, Output.Row(t), width);
                else
                    Norms.LayerNorm(Rows + (long)t * width, Weights.Weight, Weights.Bias, Epsilon, Output.Row(t), width);
            }
        }
    }

    private float* Weight => (float*)weight.Pointer;

    private float* Bias => bias is null ? null : (float*)bias.Pointer;
}
