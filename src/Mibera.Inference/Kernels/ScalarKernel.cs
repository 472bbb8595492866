using Mibera.Inference.Gguf;
using Mibera.Inference.Quantization;

namespace Mibera.Inference.Kernels;

/// <summary>The definition of every block format's products, and the oracle of its faster kernels.</summary>
internal sealed unsafe class ScalarKernel<TFormat> : MatrixKernel
    where TFormat : struct, IBlockFormat
{
    private static readonly int ActivationBlock = TFormat.UnitElements == 256 ? 256 : 32;

    public override GgmlType Type => TFormat.Type;

    public override ActivationForm Form => ActivationBlock == 256 ? ActivationForm.Int8Block256 : ActivationForm.Int8Block32;

    public override int RowGranularity => 1;

    public override void Multiply(in WeightMatrix weights, Activations input, int begin, int end, float* output, long outputStride)
    {
        // Prepare has quantized the input already: no worker is needed.
        var x = input.Quantized(ActivationBlock, Threading.WorkerPool.Inline);
        var unit = default(IntegerBlock);
        for (var r = begin; r < end; r++)
        {
            for (var t = 0; t < input.Rows; t++)
                output[t * outputStride + r] = 0f;
            for (var first = 0; first < weights.Columns; first += TFormat.UnitElements)
            {
                UnpackAt(weights.Row(r), first, ref unit);
                for (var t = 0; t < input.Rows; t++)
                {
                    ref var sum = ref output[t * outputStride + r];
                    sum = Accumulate(in unit, x.Quants(t) + first, x.Sums(t) + first / 16, x.Scales(t)[first / ActivationBlock], sum);
                }
            }
        }
    }

    public override void DecodeRow(byte* row, int columns, float* output)
    {
        var unit = default(IntegerBlock);
        for (var first = 0; first < columns; first += TFormat.UnitElements)
        {
            UnpackAt(row, first, ref unit);
            for (var i = 0; i < TFormat.UnitElements; i++)
            {
                var j = i / IntegerBlock.SubBlock;
                var value = unit.Scale * unit.Scales[j] * unit.Weights[i];
                output[first + i] = TFormat.HasMins ? value - unit.MinScale * unit.Mins[j] : value;
            }
        }
    }

    private static void UnpackAt(byte* row, int first, ref IntegerBlock unit)
    {
        var (elements, bytes) = TFormat.Type.Block();
        TFormat.Unpack(row + (long)(first / elements) * bytes, first % elements / TFormat.UnitElements, ref unit);
    }

    /// <summary>
    /// Adds one unit's product: exact integers (at most 256 * 128 * 127 * 128 = 533M &lt; 2^31), then one multiply-add, and
    /// a second one for minimums.
    /// </summary>
    private static float Accumulate(in IntegerBlock unit, sbyte* quants, short* sums, float activationScale, float accumulator)
    {
        int product = 0, minimum = 0;
        for (var j = 0; j < TFormat.UnitElements / IntegerBlock.SubBlock; j++)
        {
            var dot = 0;
            for (var i = j * IntegerBlock.SubBlock; i < (j + 1) * IntegerBlock.SubBlock; i++)
                dot += unit.Weights[i] * quants[i];
            product += unit.Scales[j] * dot;
            minimum += unit.Mins[j] * sums[j];
        }
        accumulator = float.FusedMultiplyAdd(product, unit.Scale * activationScale, accumulator);
        return TFormat.HasMins
            ? float.FusedMultiplyAdd(-minimum, unit.MinScale * activationScale, accumulator)
            : accumulator;
    }
}
