using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Quantization;

/// <summary>
/// A block format that kernels of any vector width unpack, in an integer form that suits them: with u the unpacked weights, x the
/// quantized activations and S their sums of 16,
/// <code>
/// product = sum over sub-blocks j of Scales[j] * (u . x)[j]
/// minimum = sum over sub-blocks j of Mins[j] * S[j]
/// </code>
/// the unit's integers are those of its <see cref="IntegerBlock"/>: product and minimum where <see cref="IBlockFormat.HasMins"/>,
/// product - minimum where <see cref="HasOffsets"/>, product alone elsewhere.
/// </summary>
/// <remarks>
/// Weights come in natural order, in chunks of 32. A <em>step</em> is what is unpacked together: half a unit of 256 (step 0 has
/// its chunks 0 to 3, step 1 its chunks 4 to 7), else one chunk (a unit of 32, or two units of 16). Super-blocks have
/// <see cref="UnpackWeights"/>, others <see cref="UnpackColumns"/>. Nothing is read outside the block.
/// </remarks>
internal unsafe interface IVectorFormat : IBlockFormat
{
    /// <summary>Room for what <see cref="Prepare"/> stores, aligned to vectors.</summary>
    const int PreparedBytes = 192;

    /// <summary>How u are delivered.</summary>
    static virtual WeightForm Form => WeightForm.Unsigned;

    /// <summary>The largest magnitude of u.</summary>
    static abstract int Largest { get; }

    /// <summary>Whether sub-blocks have scales of their own; else all are 1, all mins are <see cref="Offset"/>, and
    /// <see cref="SubBlocks"/> is not there to be called.</summary>
    static virtual bool HasScales => true;

    /// <summary>Whether u exceed the true weights, so that the minimum is to be subtracted. Only without
    /// <see cref="IBlockFormat.HasMins"/>.</summary>
    static virtual bool HasOffsets => false;

    /// <summary>By how much u exceed the true weights where <see cref="HasOffsets"/>; 0 if that changes from sub-block to
    /// sub-block. With mins but without sub-block scales: every sub-block's min.</summary>
    static virtual int Offset => 0;

    /// <summary>The format's lookup tables, if it has any: what <see cref="UnpackWeights"/> wants to be given. Ask once, outside
    /// the loops; the compiler, knowing no address then, keeps the one it was given in a register.</summary>
    static virtual byte* Tables => null;

    /// <summary>
    /// First half of unpacking a super-block: stores what <see cref="UnpackWeights"/> will read, at most
    /// <see cref="PreparedBytes"/>. Done for a group of rows before the second half of the first of them, it hides the long
    /// chains from packed bits to signs and indices behind other rows' work.
    /// </summary>
    static virtual void Prepare<TIsa>(byte* block, byte* prepared)
        where TIsa : struct, IIsa
    {
    }

    /// <summary>A number that divides all true weights.</summary>
    static virtual int CommonFactor => 1;

    /// <summary>Weights that share a sub-block scale: 16 or 32.</summary>
    static virtual int ScaleSpan => 16;

    /// <summary>Hands the chunks of a step of a super-block to <paramref name="sink"/>, in any order.</summary>
    static virtual void UnpackWeights<TIsa, TSink>(byte* block, int step, byte* tables, byte* prepared, ref TSink sink)
        where TIsa : struct, IIsa
        where TSink : struct, IChunkSink => throw new NotSupportedException();

    /// <summary>The scales and mins of the 16 sub-blocks of a unit of 256. Mins are zero without mins and offsets.</summary>
    static virtual void SubBlocks<TIsa>(byte* block, out Vector256<short> scales, out Vector256<short> mins)
        where TIsa : struct, IIsa => throw new NotSupportedException();

    /// <summary>Whether there is <see cref="SubBlocksOfRowPair"/>: instead of <see cref="SubBlocks"/>, with sub-block scales that span
    /// 32 weights, mins, and no offsets.</summary>
    static virtual bool UnpacksRowPairs => false;

    /// <summary>
    /// The eight scales and mins of a unit of 256 of each of two rows, a row in each lane: in half the steps. Scales 0 to 3,
    /// each twice, in <paramref name="first"/>, scales 4 to 7 in <paramref name="last"/>; mins once.
    /// </summary>
    static virtual void SubBlocksOfRowPair<TIsa>(
        byte* block0, byte* block1, out Vector256<short> first, out Vector256<short> last, out Vector256<short> mins)
        where TIsa : struct, IIsa => throw new NotSupportedException();

    /// <summary>Whether there is <see cref="UnpackQuads"/>: where weights are bits of bytes, or entries of a table of 16.</summary>
    static virtual bool UnpacksQuads => false;

    /// <summary>Unpacks a super-block of each of <see cref="IQuadIsa{TVector}.Rows"/> rows, <paramref name="stride"/> bytes apart, row
    /// beside row: far less work than to unpack and to transpose them. The sink goes by reference, for it is large and the parts of the
    /// work are methods that are not inlined.</summary>
    static virtual void UnpackQuads<TIsa, TVector, TSink>(byte* blocks, nint stride, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IQuadSink<TIsa, TVector> => throw new NotSupportedException();

    /// <summary>
    /// Of units of 32 or 16: hands 32 columns of <see cref="IQuadIsa{TVector}.Rows"/> rows to <paramref name="sink"/>: chunk
    /// <paramref name="step"/> of the blocks at <paramref name="block"/> + r * <paramref name="stride"/>.
    /// </summary>
    static virtual void UnpackColumns<TIsa, TVector, TSink>(byte* block, nint stride, int step, ref TSink sink)
        where TIsa : struct, IQuadIsa<TVector>
        where TVector : struct
        where TSink : struct, IColumnSink<TVector> => throw new NotSupportedException();

    /// <summary>Whether there is <see cref="UnpackGroups"/>, which needs AVX-512 with VBMI and GFNI.</summary>
    static virtual bool UnpacksGroups => false;

    /// <summary>
    /// Instead of <see cref="Prepare"/> and <see cref="UnpackWeights"/>, the weights of a super-block of each row of a tile, for panels
    /// of sixteen rows: see <see cref="Kernels.Avx512.GroupPanel{TPair}.Fill"/>.
    /// </summary>
    static virtual void UnpackGroups(
        byte* blocks, nint stride, byte* ahead, byte* panel, nint groupBytes, byte* staging, int stagingBytes) =>
        throw new NotSupportedException();

    /// <summary>The bits that hold the float scales of a unit, for <see cref="Scales"/> and <see cref="MinScales"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual uint ScaleBits(byte* block, int unit) => *(uint*)block;

    /// <summary>The float scales of eight units.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual Vector256<float> Scales(Vector256<uint> bits) => HalfFloats.Widen(bits);

    /// <summary>The float scales of the mins of eight units.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual Vector256<float> MinScales(Vector256<uint> bits) => HalfFloats.Widen(bits >>> 16);
}

/// <summary>How unpacked weights are delivered.</summary>
internal enum WeightForm
{
    /// <summary>Unsigned bytes, at most 127.</summary>
    Unsigned,

    /// <summary>Signed bytes: the true weights.</summary>
    Signed,

    /// <summary>Unsigned bytes, at most 127, with a bit for each negative one: the true weights.</summary>
    SignAndMagnitude,
}

/// <summary>Takes unpacked weights.</summary>
internal interface IChunkSink
{
    /// <summary>Weights 32 <paramref name="chunk"/> to 32 <paramref name="chunk"/> + 31 of the unit; the chunk is a constant
    /// where the step is one. Of formats whose form is not <see cref="WeightForm.SignAndMagnitude"/>.</summary>
    void Accept(int chunk, Vector256<byte> weights);

    /// <summary>The same of the others: weight i counts negative where bit i % 8 of byte i of <paramref name="signs"/> is set, see
    /// <see cref="SignBits"/>.</summary>
    void Accept(int chunk, Vector256<byte> magnitudes, Vector256<byte> signs);
}
