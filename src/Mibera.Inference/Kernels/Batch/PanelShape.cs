using System.Runtime.CompilerServices;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>What follows from a format, its products and an instruction set; constant for the compiler.</summary>
internal static class PanelShape<TFormat, TProducts, TIsa, TVector>
    where TFormat : struct, IVectorFormat
    where TProducts : struct, IProducts
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    public static bool IsSuperBlock
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFormat.UnitElements == PanelLayout.Chunk;
    }

    /// <summary>The largest magnitude of the panel's weights: true ones without their common factor, except where
    /// <see cref="MinsJoinProduct"/>.</summary>
    public static int MaxWeight
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFormat.HasOffsets ? Math.Max(TFormat.Offset, TFormat.Largest - TFormat.Offset) : TFormat.Largest / TFormat.CommonFactor;
    }

    /// <summary>Whether weights are stored as int16, multiplied with their sub-block scales.</summary>
    public static bool Words
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TProducts.Wide && TIsa.SumsAreWords;
    }

    /// <summary>Whether sums begin with corrections.</summary>
    public static bool Wraps
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TProducts.Wraps && TIsa.SumsAreWords;
    }

    /// <summary>Whether signed weights meet activations shifted into [0, 254]. What is too much, 127 times the weights' sum, does
    /// not depend on the activations: it is taken off at the start.</summary>
    public static bool Shifted
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TProducts.Signed && TIsa.OneFactorUnsigned && !Words;
    }

    /// <summary>Whether the micro-kernel applies sub-block scales.</summary>
    public static bool HasScales
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFormat.HasScales && !Words;
    }

    /// <summary>Whether minimums belong to the product: the weights are unsigned, by an offset that changes.</summary>
    public static bool MinsJoinProduct
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFormat.HasOffsets && !TProducts.Signed;
    }

    /// <summary>Whether a unit of 256 has minimums.</summary>
    public static bool HasSubBlockMins
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsSuperBlock && (TFormat.HasMins || MinsJoinProduct);
    }

    /// <summary>Whether panels have groups of sixteen rows: with AVX-512, and there alone.</summary>
    public static bool BySixteen
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TIsa.Rows == 16;
    }

    /// <summary>Bytes of a quant, of weights as of activations.</summary>
    public static int QuantBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TProducts.Wide && TIsa.SumsAreWords ? 2 : 1;
    }

    public static int VectorBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4 * TIsa.Rows;
    }

    /// <summary>Bytes of a group's weights.</summary>
    public static int WeightsEnd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => PanelLayout.Chunk * QuantBytes * TIsa.Rows;
    }

    public static int GroupBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => WeightsEnd + PanelLayout.VectorsBesideWeights * VectorBytes;
    }

    /// <summary>How the activations are wanted.</summary>
    public static ActivationRecords Activations => ActivationRecords.Of(
        IsSuperBlock ? 256 : 32,
        Words ? RecordKind.Words : Shifted ? RecordKind.Shifted : RecordKind.Plain);

    /// <summary>Proves that no sum can overflow.</summary>
    /// <exception cref="InvalidOperationException">The products do not suit the format.</exception>
    public static void Verify()
    {
        var signed = TFormat.Form != WeightForm.Unsigned || (TFormat.HasOffsets && TFormat.Offset != 0);
        // A word takes two products of each quad; a weight meets at most 254 where activations are shifted, else 127.
        var largest = 2 * MaxWeight * (Shifted ? 254 : 127);
        var fits = !TIsa.SumsAreWords || Words
            || (TProducts.Wraps
                ? largest <= short.MaxValue && 3 * 2 * MaxWeight * 127 <= short.MaxValue
                : TProducts.Depth * largest <= short.MaxValue);
        if (signed != TProducts.Signed || !fits)
            throw new InvalidOperationException($"{typeof(TProducts)} overflow or misread the weights of {TFormat.Type}.");
        // What the classes that fill panels do not do: RowPanel words, QuadPanel anything with a common factor or words with minimums.
        var filled = IsSuperBlock
            ? (TFormat.UnpacksQuads ? TFormat.CommonFactor == 1 && !(Words && (TFormat.HasOffsets || TFormat.HasMins)) : !Words)
            : !TFormat.UnpacksQuads;
        if (!filled)
            throw new InvalidOperationException($"No panel can be filled with the weights of {TFormat.Type}.");
    }
}
