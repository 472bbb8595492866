namespace Mibera.Inference.Kernels.Avx512;

/// <summary>
/// Activations for TQ1_0, of which a vector holds bytes 0 to 31 and 22 to 53 of a block. Vector k has for each byte the
/// activation of its digit k, and zero where the byte comes a second time or holds no digits. Then, in words, minus the sum
/// of all activations whose products meet in the word, for weights from 0 to 2 instead of -1 to 1.
/// </summary>
internal sealed unsafe class TernaryDigitsLayout : SuperBlockLayout
{
    /// <summary>Where the words begin.</summary>
    public const int Offsets = 320;

    public const int Size = 384;

    public static readonly TernaryDigitsLayout Instance = new();

    private TernaryDigitsLayout()
    {
    }

    public override int PackedBytes => Size;

    protected override void PackBlock(sbyte* quants, short* sums, byte* target)
    {
        new Span<byte>(target, Size).Clear();
        for (var k = 0; k < 5; k++)
        {
            var vector = (sbyte*)target + 64 * k;
            Copy(quants + 32 * k, 32, vector);
            Copy(quants + 160 + 16 * k, 16, vector + 42);
            if (k < 4)
                Copy(quants + 240 + 4 * k, 4, vector + 58);
            var words = (short*)(target + Offsets);
            for (var i = 0; i < 64; i++)
                words[i / 2] -= vector[i];
        }
    }

    private static void Copy(sbyte* source, int count, sbyte* target) =>
        new ReadOnlySpan<sbyte>(source, count).CopyTo(new Span<sbyte>(target, count));
}
