using Mibera.Inference.Memory;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// The working memory of a thread that multiplies batches: kept from call to call, freed with the thread. All kernels use the
/// same memory, <see cref="TotalBytes"/> of it, since none calls another.
/// </summary>
internal static unsafe class BatchScratch
{
    /// <summary>Input rows that are multiplied with a panel before the next one is unpacked.</summary>
    public const int MaxInputs = 512;

    /// <summary>Two for each of four inputs.</summary>
    public const int MostAccumulators = 8;

    /// <summary>Bytes per thread.</summary>
    public const int TotalBytes = PanelLayout.MaxBytes + StagingBytes + SumsBytes + AccumulatorsBytes;

    /// <summary>The bits of the rows' float scales; unpacked rows, or what they are unpacked by; their scales and
    /// minimums; what helps to unpack them, or their blocks brought together.</summary>
    private const int StagingBytes =
        PanelLayout.TileRows * (PanelLayout.Chunk + 32 + 32 + IVectorFormat.PreparedBytes + 4 * PanelLayout.SubBlocks);

    private const int SumsBytes = MaxInputs * PanelLayout.TileRows * sizeof(float);

    private const int AccumulatorsBytes = MostAccumulators * 64;

    [ThreadStatic]
    private static NativeBuffer? Memory;

    /// <summary>A <see cref="PanelLayout">panel</see>, aligned to 64.</summary>
    public static byte* Panel => (byte*)(Memory ??= new NativeBuffer(TotalBytes)).Pointer;

    /// <summary>Rows on their way into the panel, aligned to 64.</summary>
    public static byte* Staging => Panel + PanelLayout.MaxBytes;

    /// <summary>Sums [<see cref="MaxInputs"/>, <see cref="PanelLayout.TileRows"/>].</summary>
    public static float* Sums => (float*)(Staging + StagingBytes);

    /// <summary><see cref="MostAccumulators"/> vectors, aligned, for the loop that keeps its accumulators in memory.</summary>
    public static byte* Accumulators => (byte*)Sums + SumsBytes;
}
