using System.Runtime.Intrinsics;
using Mibera.Inference.Numerics;

namespace Mibera.Inference.Kernels;

/// <summary>
/// A partial softmax-weighted sum of values: the largest score, the sum of exp(score - largest), and the values'
/// sums with the same weights. A row of floats: [0] largest, [1] sum, [16...] values [padded head dimension]; a sum of zero
/// means that nothing is in it yet.
/// </summary>
internal static unsafe class AttentionRow
{
    /// <summary>Floats before the values, so that these stay aligned.</summary>
    public const int Header = 16;

    public static int Floats(int headDimension) => Header + KvKernel.PaddedDimension(headDimension);

    /// <summary>Adds <paramref name="part"/>, the sums of later positions, to <paramref name="row"/>.</summary>
    public static void Combine(float* row, float* part, int headDimension)
    {
        if (part[1] == 0f)
            return;
        var width = KvKernel.PaddedDimension(headDimension);
        if (row[1] == 0f)
        {
            new ReadOnlySpan<float>(part, Header + width).CopyTo(new Span<float>(row, Header + width));
            return;
        }
        var largest = part[0] > row[0] ? part[0] : row[0];
        var rowScale = PortableMath.Exp(row[0] - largest);
        var partScale = PortableMath.Exp(part[0] - largest);
        row[0] = largest;
        row[1] = float.FusedMultiplyAdd(part[1], partScale, row[1] * rowScale);
        for (var i = Header; i < Header + width; i += Lanes.Count)
        {
            var scaled = Vector512.Load(row + i) * Vector512.Create(rowScale);
            Vector512.FusedMultiplyAdd(Vector512.Load(part + i), Vector512.Create(partScale), scaled).Store(row + i);
        }
    }

    /// <summary>output = values / sum</summary>
    public static void Finish(float* row, int headDimension, float* output)
    {
        var sum = Vector512.Create(row[1]);
        var d = 0;
        for (; d <= headDimension - Lanes.Count; d += Lanes.Count)
            (Vector512.Load(row + Header + d) / sum).Store(output + d);
        if (d < headDimension)
            Lanes.StoreTail(Vector512.Load(row + Header + d) / sum, output + d, headDimension - d);
    }
}
