namespace Mibera.Inference.Quantization;

/// <summary>
/// One unit of weights in the integer form that every block format shares. Weight i of the unit is
/// <code>Scale * Scales[i / 16] * Weights[i] - MinScale * Mins[i / 16]</code>
/// and its product with quantized activations is exact in int32 but for the last multiplication by the two floats.
/// </summary>
internal unsafe struct IntegerBlock
{
    /// <summary>Weights that share one sub-block scale. Formats with longer sub-blocks repeat the scale.</summary>
    public const int SubBlock = 16;

    public const int MaxElements = 256;

    /// <summary>Quants, in [-128, 127].</summary>
    public fixed sbyte Weights[MaxElements];

    /// <summary>Integer sub-block scales, in [-128, 127].</summary>
    public fixed short Scales[MaxElements / SubBlock];

    /// <summary>Integer sub-block minimums, in [0, 63]; unused by formats without minimums.</summary>
    public fixed short Mins[MaxElements / SubBlock];

    /// <summary>The unit's float scale.</summary>
    public float Scale;

    /// <summary>The unit's float scale of the minimums.</summary>
    public float MinScale;

    /// <summary>Gives <paramref name="count"/> sub-blocks from <paramref name="first"/> on the same scale.</summary>
    public void SetScales(int first, int count, int value)
    {
        for (var j = first; j < first + count; j++)
            Scales[j] = (short)value;
    }

    /// <summary>Gives <paramref name="count"/> sub-blocks from <paramref name="first"/> on the same minimum.</summary>
    public void SetMins(int first, int count, int value)
    {
        for (var j = first; j < first + count; j++)
            Mins[j] = (short)value;
    }
}
