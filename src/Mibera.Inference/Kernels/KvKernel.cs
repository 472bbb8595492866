namespace Mibera.Inference.Kernels;

/// <summary>
/// Everything that attention does with one group of 32 cached keys or values. Sums are defined element by element, so
/// they do not depend on how many queries share a reading:
/// <code>
/// score[q][j] = ((q[0] * k[j][0]) + q[1] * k[j][1]) + ...      fused, d ascending
/// sum[q][d]   = ((sum[q][d] + p[q][0] * v[0][d]) + ...         fused, j ascending
/// </code>
/// </summary>
internal abstract unsafe class KvKernel
{
    /// <summary>Positions of a group.</summary>
    public const int Group = 32;

    /// <summary>Queries that the kernels take together.</summary>
    public const int Queries = 4;

    /// <summary>The kernel of expanded groups.</summary>
    public static KvKernel Expanded { get; } = new KvKernel<KvFloatLayout>();

    /// <summary>Row length of queries, sums and expanded values: the head's, up to a multiple of 32.</summary>
    public static int PaddedDimension(int headDimension) => (headDimension + 31) & ~31;

    /// <summary>Writes the group's keys as <see cref="Expanded"/> reads them.</summary>
    public abstract void ExpandKeys(byte* group, int headDimension, float* target);

    /// <summary>Writes the group's values as <see cref="Expanded"/> reads them.</summary>
    public abstract void ExpandValues(byte* group, int headDimension, float* target);

    /// <summary>
    /// Scores [4, 32] (rows <paramref name="scoreStride"/> apart) of 4 queries (rows a padded dimension apart) with the
    /// group's 32 keys. Meanwhile as many bytes as the group has are fetched from <paramref name="ahead"/>.
    /// </summary>
    public abstract void Score4(byte* group, float* queries, int headDimension, float* scores, int scoreStride, byte* ahead);

    /// <summary><see cref="Score4"/> of one query.</summary>
    public abstract void Score1(byte* group, float* query, int headDimension, float* scores, byte* ahead);

    /// <summary>
    /// Adds the values at slots [<paramref name="begin"/>, <paramref name="end"/>), weighted by 4 rows of
    /// <paramref name="weights"/>, to 4 rows of <paramref name="sums"/> [padded dimension]. Meanwhile as many bytes as the
    /// group has are fetched from <paramref name="ahead"/>.
    /// </summary>
    public abstract void AddValues4(
        byte* group, float* weights, int weightStride, int begin, int end, int headDimension, float* sums, int sumStride, byte* ahead);

    /// <summary><see cref="AddValues4"/> for one query.</summary>
    public abstract void AddValues1(byte* group, float* weights, int begin, int end, int headDimension, float* sums, byte* ahead);
}
