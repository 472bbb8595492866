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
        var rowBytes = (nint)weights.RowBytes;
        var streams = new RowStreams(begin, end, rowBytes, Rows);
        while (streams.TryTake(out var first, out var rowStride))
        {
            var sums = Walk(weights.Row(first), rowStride * rowBytes, Rows, packed, scales, blocks, products);
            RowStreams.Store(sums, output + first, rowStride);
        }
        var count = end - streams.Rest;
        if (count == 0)
            return;
        var rest = Walk(weights.Row(streams.Rest), rowBytes, count, packed, scales, blocks, products);
        RowStreams.StoreFirst(rest, count, output + streams.Rest);
    }

    /// <summary>The products of <paramref name="count"/> rows, <paramref name="stride"/> apart; other lanes are undefined.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector256<float> Walk(
        byte* rows, nint stride, int count, byte* packed, float* scales, int blocks, Vector256<int>* products)
    {
        var tables = IQ2XXS.Planes.Tables;
        var bits = (uint*)(products + Rows);
        var accumulator = Vector256<float>.Zero;
        for (var b = 0; b < blocks; b++)
        {
            var block = rows;
            for (var i = 0; i < count; i++, block += stride)
            {
                RowStreams.FetchAhead<Avx2Isa>(block, IQ2XXS.BlockBytes);
                bits[i] = *(ushort*)block;
                products[i] = IQ2XXS.Planes.Multiply(tables, block, packed);
            }
            // As in ScalarKernel: one multiply-add for each block.
            var scale = IQ2XXS.Scales(Vector256.Load(bits)) * Vector256.Create(scales[b]);
            accumulator = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Avx2Isa.SumRows(products)), scale, accumulator);
            rows += IQ2XXS.BlockBytes;
            packed += GroupPlanesLayout.Size;
        }
        return accumulator;
    }
}
