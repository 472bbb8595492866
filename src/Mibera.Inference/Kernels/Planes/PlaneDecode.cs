using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Planes;

/// <summary>Matrix x vector for IQ2_XXS on AVX2, by eight rows, with its grid in registers: see <see cref="IQ2XXS.Planes"/>.</summary>
internal sealed unsafe class PlaneDecode : DecodeKernel
{
    private const int Rows = 8;
    private const int Alignment = 32;

    public override IActivationLayout Layout => GroupPlanesLayout.Instance;

    [SkipLocalsInit]
    public override void Multiply(
        in WeightMatrix weights, QuantizedRows x, int row, byte* packed, int begin, int end, float* output)
    {
        // Not cleared: whatever the missing rows of a short group give is not stored.
        var memory = stackalloc byte[Rows * (sizeof(Vector256<int>) + sizeof(uint)) + Alignment];
        var products = (Vector256<int>*)((nuint)(memory + Alignment - 1) & ~(nuint)(Alignment - 1));
        var scales = x.Scales(row);
        var blocks = x.Width / 256;
        for (var first = begin; first < end; first += Rows)
        {
            var count = Math.Min(Rows, end - first);
            var sums = Walk(weights.Row(first), (nint)weights.RowBytes, count, packed, scales, blocks, products);
            if (count == Rows)
            {
                sums.Store(output + first);
                continue;
            }
            for (var i = 0; i < count; i++)
                output[first + i] = sums.GetElement(i);
        }
    }

    /// <summary>The products of <paramref name="count"/> rows; other lanes are undefined.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector256<float> Walk(
        byte* rows, nint rowBytes, int count, byte* packed, float* scales, int blocks, Vector256<int>* products)
    {
        var tables = IQ2XXS.Planes.Tables;
        var bits = (uint*)(products + Rows);
        var accumulator = Vector256<float>.Zero;
        var ahead = rows + Prefetch.Distance(Rows * rowBytes);
        for (var b = 0; b < blocks; b++)
        {
            Prefetch.Lines(ahead, Rows * IQ2XXS.BlockBytes, Prefetch.IntoFirstLevel);
            var block = rows;
            for (var i = 0; i < count; i++, block += rowBytes)
            {
                bits[i] = *(ushort*)block;
                products[i] = IQ2XXS.Planes.Multiply(tables, block, packed);
            }
            // As in ScalarKernel: one multiply-add for each block.
            var scale = IQ2XXS.Scales(Vector256.Load(bits)) * Vector256.Create(scales[b]);
            accumulator = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Avx2Isa.SumRows(products)), scale, accumulator);
            ahead += Rows * IQ2XXS.BlockBytes;
            rows += IQ2XXS.BlockBytes;
            packed += GroupPlanesLayout.Size;
        }
        return accumulator;
    }
}
