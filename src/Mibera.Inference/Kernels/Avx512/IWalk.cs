using Mibera.Inference.Kernels.Batch;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>An order in which the blocks of a matrix are visited. The sums of a row are always taken in ascending
/// order, so every walk gives the same bits.</summary>
internal unsafe interface IWalk
{
    /// <summary>Rows that are visited together.</summary>
    static abstract int Rows { get; }

    /// <summary>See <see cref="IRowOrder.InStreams"/>; then <see cref="Run"/> takes one group at a time.</summary>
    static abstract bool InStreams { get; }

    /// <summary>Bytes from the first to the second of <paramref name="parts"/> that are fetched with a block of eight rows.</summary>
    static abstract nint AheadPart(nint stride, int blockBytes, int parts);

    /// <summary>
    /// output[r] = row r . x for <paramref name="rows"/> rows (a multiple of <see cref="Rows"/>) of
    /// <paramref name="blocks"/> blocks each, <paramref name="stride"/> bytes apart. Meanwhile what lies <paramref name="distance"/>
    /// bytes ahead of each group is fetched; of what belongs to a block of eight rows, the first of <typeparamref name="TPasses"/> parts.
    /// </summary>
    static abstract void Run<TCell, TPasses>(
        byte* data, nint stride, int rows, int blocks, byte* activations, float* activationScales, nint distance, float* output)
        where TCell : struct, ISuperBlockCell
        where TPasses : struct, ICount;
}
