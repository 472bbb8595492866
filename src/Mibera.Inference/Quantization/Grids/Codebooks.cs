namespace Mibera.Inference.Quantization;

/// <summary>The 16-entry codebooks of the 4-bit formats that are not linear.</summary>
internal static partial class Codebooks
{
    /// <summary>IQ4_NL and IQ4_XS. Source: ggml (MIT), <c>kvalues_iq4nl</c>.</summary>
    public static ReadOnlySpan<sbyte> Iq4Nl => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    /// <summary>
    /// MXFP4 and NVFP4: twice the values of E2M1 (OCP Microscaling Formats 1.0), which makes them integers. Bit 3 is the
    /// sign; minus zero decodes as plus zero.
    /// </summary>
    public static ReadOnlySpan<sbyte> Fp4 => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    /// <summary>Writes a group of weights stored as nibbles: the low ones are the first half of the group.</summary>
    public static unsafe void StoreNibbles(ref IntegerBlock target, int first, byte* quants, int bytes, ReadOnlySpan<sbyte> codebook)
    {
        for (var i = 0; i < bytes; i++)
        {
            target.Weights[first + i] = codebook[quants[i] & 15];
            target.Weights[first + bytes + i] = codebook[quants[i] >> 4];
        }
    }
}
