namespace Mibera.Bench.Synthetic;

/// <summary>The matrices among which a quantization tells apart.</summary>
internal enum TensorRole
{
    TokenEmbedding,
    Output,
    AttentionQkv,
    AttentionOutput,
    FeedForwardUp,
    FeedForwardDown,
}
