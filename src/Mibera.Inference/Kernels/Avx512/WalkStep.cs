using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Kernels.Batch;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// What one step of a walk gathers before its float work: twice the products of eight rows with a block, their minimums, the scales
/// as the format has them, and unpacked codes. It lies in the stack frame of the walk, aligned, and outlives no call.
/// </summary>
internal readonly unsafe ref struct WalkStep
{
    private const int FixedBytes = 5 * 64;

    private readonly Vector512<int>* _products;

    /// <param name="memory"><see cref="Bytes{TCell}"/>, aligned or not.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public WalkStep(byte* memory) => _products = (Vector512<int>*)((nint)(memory + 63) & ~63);

    /// <summary>The scales of 16 blocks, as the cell wants them.</summary>
    public Vector512<uint> RawScales
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.LoadAligned((uint*)(_products + 4));
    }

    /// <summary>Bytes of a step, with 64 that aligning may take.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Bytes<TCell>()
        where TCell : struct, ISuperBlockCell => FixedBytes + 2 * TCell.CodeBytes + 64;

    /// <summary>Clears everything but codes.</summary>
    public void Clear()
    {
        for (var i = 0; i < FixedBytes / 64; i++)
            _products[i] = default;
    }

    /// <summary>Unpacks a block of eight rows, as the first or the second half of the step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Unpack<TCell>(int half, byte* constants, byte* block, nint stride)
        where TCell : struct, ISuperBlockCell => TCell.Unpack(constants, block, stride, Codes<TCell>(half));

    /// <summary>
    /// Multiplies a block of eight rows, as the first or the second half of the step, and fetches what <see cref="ReadAhead.Of"/>
    /// says, from <paramref name="ahead"/> on, or the first of <typeparamref name="TPasses"/> parts of it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EightRows<TCell, TOrder, TPasses>(
        int half, byte* constants, byte* block, nint stride, byte* activations, byte* ahead, bool intoFirstLevel)
        where TCell : struct, ISuperBlockCell
        where TOrder : struct, IRowOrder
        where TPasses : struct, ICount
    {
        StoreRawScales<TCell>(block, stride, (uint*)(_products + 4) + 8 * half);
        var readAhead = ReadAhead.Of<TOrder>(ahead, stride, 8 / TPasses.Value, TCell.BlockBytes, intoFirstLevel);
        if (TCell.CodeBytes > 0)
            block = Codes<TCell>(half);
        _products[half] = TCell.EightRows(constants, block, stride, activations, readAhead, out var minimums);
        if (TCell.HasMins)
            _products[2 + half] = minimums;
    }

    /// <summary>The exact products of both halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Products<TCell>()
        where TCell : struct, ISuperBlockCell =>
        Vector512.ConvertToSingle(TCell.Finish(Zmm.AddLanePairs(_products[0], _products[1])));

    /// <summary>The exact minimums of both halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Minimums() => Vector512.ConvertToSingle(Zmm.AddEvenAndOdd(_products[2], _products[3]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Codes<TCell>(int half)
        where TCell : struct, ISuperBlockCell => (byte*)_products + FixedBytes + half * TCell.CodeBytes;

    /// <summary>
    /// Copies the scales of eight rows. A vector load takes them from there a few hundred instructions later, when the
    /// stores are done.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRawScales<TCell>(byte* block, nint stride, uint* raw)
        where TCell : struct, ISuperBlockCell
    {
        var last = block + 4 * stride;
        raw[0] = TCell.RawScales(block);
        raw[1] = TCell.RawScales(block + stride);
        raw[2] = TCell.RawScales(block + 2 * stride);
        raw[3] = TCell.RawScales(block + 3 * stride);
        raw[4] = TCell.RawScales(last);
        raw[5] = TCell.RawScales(last + stride);
        raw[6] = TCell.RawScales(last + 2 * stride);
        raw[7] = TCell.RawScales(last + 3 * stride);
    }
}
