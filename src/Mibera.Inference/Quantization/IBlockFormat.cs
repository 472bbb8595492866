using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

/// <summary>
/// A quantized weight format. <see cref="Unpack"/> is its definition: dequantization, the scalar products and every
/// test derive from it.
/// </summary>
internal unsafe interface IBlockFormat
{
    static abstract GgmlType Type { get; }

    /// <summary>Size of the format's block struct, which tests hold against the type's block geometry.</summary>
    static abstract int BlockBytes { get; }

    /// <summary>
    /// Weights with one float scale and one block of activations: 256, 32 or 16. A block of the file holds one or
    /// several such units.
    /// </summary>
    static abstract int UnitElements { get; }

    /// <summary>Whether units have minimums; then a product takes a second float multiply-add.</summary>
    static abstract bool HasMins { get; }

    /// <summary>Fills <paramref name="result"/> with unit <paramref name="unit"/> of the block at <paramref name="block"/>.</summary>
    static abstract void Unpack(byte* block, int unit, ref IntegerBlock result);
}
