using Mibera.Inference.Kernels;
using Mibera.Inference.Memory;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Models;

/// <summary>
/// The feed-forward of a mixture of experts. Tokens are gathered by expert, so that each expert's weights are read once; a
/// token's experts are added in ascending order, however it was batched.
/// </summary>
internal sealed unsafe class ExpertMixer(ModelConfig config, WorkerPool pool)
{
    /// <summary>output[t, :] = the weighted sum of the chosen experts of row t of <paramref name="input"/>.</summary>
    public void Apply(ExpertWeights experts, WeightLease lease, Activations input, ForwardBuffers buffers, float* output)
    {
        var scratch = buffers.Experts!;
        experts.Router.Apply(lease, input, scratch.Scores, pool);
        for (var t = 0; t < input.Rows; t++)
            scratch.Choices[t] = ExpertChoice.Of(new ReadOnlySpan<float>(scratch.Scores + (long)t * config.Experts, config.Experts), config.ExpertsUsed);
        new Span<float>(output, input.Rows * config.Embedding).Clear();
        for (var expert = 0; expert < config.Experts; expert++)
        {
            var rows = Gather(expert, input, scratch);
            if (rows == 0)
                continue;
            experts.GateUp[expert].Apply(lease, scratch.Input, buffers.Up, pool);
            buffers.Activated.Reset(rows);
            FeedForward.Activate(buffers.Up, gated: true, buffers.Activated, pool);
            experts.Down[expert].Apply(lease, buffers.Activated, scratch.Output, pool);
            Scatter(expert, rows, scratch, output);
        }
    }

    private static int Gather(int expert, Activations input, ExpertBuffers scratch)
    {
        var rows = 0;
        for (var t = 0; t < input.Rows; t++)
        {
            if (scratch.Choices[t].First != expert && scratch.Choices[t].Second != expert)
                continue;
            new ReadOnlySpan<float>(input.Row(t), input.Width).CopyTo(new Span<float>(scratch.Input.Row(rows), input.Width));
            scratch.Rows[rows++] = t;
        }
        scratch.Input.Reset(rows);
        return rows;
    }

    private void Scatter(int expert, int rows, ExpertBuffers scratch, float* output)
    {
        for (var r = 0; r < rows; r++)
        {
            var t = scratch.Rows[r];
            var weight = scratch.Choices[t].WeightOf(expert);
            var source = scratch.Output + (long)r * config.Embedding;
            var target = output + (long)t * config.Embedding;
            for (var i = 0; i < config.Embedding; i++)
                target[i] = float.FusedMultiplyAdd(weight, source[i], target[i]);
        }
    }
}
