using BenchmarkDotNet.Attributes;
using Mibera.Bench.Synthetic;
using Mibera.Inference.Kernels;
using Mibera.Inference.Memory;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Benchmarks;

/// <summary>What happens to a row between the matrices, in the widths of Phi-4, on one thread.</summary>
public unsafe class RowBenchmarks
{
    private const int Width = 5120;
    private const int FeedForward = 17920;
    private const int Heads = 40;
    private const int HeadDimension = 128;
    private const int Scores = 4096;
    private const float Epsilon = 1e-5f;

    private NativeBuffer? _rows;
    private Activations? _activations;

    private float* X => (float*)_rows!.Pointer;

    private float* Y => X + FeedForward;

    private float* Output => Y + FeedForward;

    private float* Rotations => Output + FeedForward;

    [GlobalSetup]
    public void SetUp()
    {
        _rows = new NativeBuffer(4L * FeedForward * sizeof(float));
        _activations = new Activations(1, Width);
        var random = new RandomBits(1);
        foreach (ref var value in new Span<float>(X, 2 * FeedForward)) value = random.NextSingle(-1f, 1f);
        // A true rotation: otherwise a head would shrink to subnormal numbers, or grow, from call to call.
        new Span<float>(Rotations, HeadDimension / 2).Fill(0.6f);
        new Span<float>(Rotations + HeadDimension / 2, HeadDimension / 2).Fill(0.8f);
        new Span<float>(X, Width).CopyTo(new Span<float>(_activations.Data, Width));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _rows?.Dispose();
        _activations?.Dispose();
    }

    [Benchmark]
    public void RmsNorm() => Norms.RmsNorm(X, Y, null, Epsilon, Output, Width);

    [Benchmark]
    public void LayerNorm() => Norms.LayerNorm(X, Y, Y, Epsilon, Output, Width);

    [Benchmark]
    public void SwiGlu() => FeedForwardActivations.SwiGlu(X, Y, Output, FeedForward);

    [Benchmark]
    public void Gelu() => FeedForwardActivations.Gelu(X, Output, FeedForward);

    [Benchmark]
    public void SoftmaxOf4096() => Softmax.Apply(X, Output, Scores);

    /// <summary>All query heads of a token.</summary>
    [Benchmark]
    public void RopeOf40Heads() => Rope.Apply(Y, Heads, HeadDimension, Rotations, Rotations + HeadDimension / 2, HeadDimension / 2, RopeOrder.Halves);

    /// <summary>One row to int8 in blocks of 256, without any layout.</summary>
    [Benchmark]
    public void QuantizeActivations()
    {
        _activations!.Reset(1);
        _activations.Quantized(256, WorkerPool.Inline);
    }
}
