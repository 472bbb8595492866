using Mibera.Inference.Kernels;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Models;

/// <summary>The activation between the two projections of a feed-forward block.</summary>
internal static unsafe class FeedForward
{
    /// <summary>
    /// output[t, :] = silu(gate) * up for rows [gate | up] of twice the output's width; without a gate, gelu(up).
    /// </summary>
    public static void Activate(float* up, bool gated, Activations output, WorkerPool pool)
    {
        var body = new Body { Up = up, Gated = gated, Output = output };
        pool.Run(ref body, output.Rows, grain: 1);
    }

    private struct Body : IParallelBody
    {
        public float* Up;
        public bool Gated;
        public Activations Output;

        public readonly void Execute(int worker, int begin, int end)
        {
            var width = Output.Width;
            for (var t = begin; t < end; t++)
            {
                if (Gated)
                    FeedForwardActivations.SwiGlu(Up + 2L * t * width, Up + (2L * t + 1) * width, Output.Row(t), width);
                else
                    FeedForwardActivations.Gelu(Up + (long)t * width, Output.Row(t), width);
            }
        }
    }
}
