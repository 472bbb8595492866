using Mibera.Inference.Kernels;
using Mibera.Inference.Memory;

namespace Mibera.Inference.Models;

/// <summary>Scratch memory of a mixture of experts.</summary>
internal sealed unsafe class ExpertBuffers : IDisposable
{
    private readonly NativeBuffer _scores;
    private readonly NativeBuffer _output;

    public ExpertBuffers(ModelConfig config, int microBatch)
    {
        _scores = new NativeBuffer((long)microBatch * config.Experts * sizeof(float));
        _output = new NativeBuffer((long)microBatch * config.Embedding * sizeof(float));
        Input = new Activations(microBatch, config.Embedding);
        Rows = new int[microBatch];
        Choices = new ExpertChoice[microBatch];
    }

    public static long BytesFor(ModelConfig config, int microBatch) =>
        (long)microBatch * (config.Experts + config.Embedding) * sizeof(float) + Activations.BytesFor(microBatch, config.Embedding);

    /// <summary>The router's scores [micro-batch, experts].</summary>
    public float* Scores => (float*)_scores.Pointer;

    /// <summary>What one expert made of its tokens [micro-batch, embedding].</summary>
    public float* Output => (float*)_output.Pointer;

    /// <summary>The tokens of one expert, side by side.</summary>
    public Activations Input { get; }

    /// <summary>Which token each row of <see cref="Input"/> is.</summary>
    public int[] Rows { get; }

    public ExpertChoice[] Choices { get; }

    public void Dispose()
    {
        _scores.Dispose();
        _output.Dispose();
        Input.Dispose();
    }
}
