namespace Mibera.Inference.Kernels;

/// <summary>How a matrix kernel wants its input rows.</summary>
internal enum ActivationForm
{
    /// <summary>As float32, for weights in F32, F16 and BF16.</summary>
    Float,

    /// <summary>int8 in blocks of 32 with a float scale each.</summary>
    Int8Block32,

    /// <summary>int8 in blocks of 256 with a float scale each.</summary>
    Int8Block256,
}
