using System.Runtime.CompilerServices;
using Mibera.Inference.Quantization;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>Fills panels from super-blocks that unpack row beside row (<see cref="IVectorFormat.UnpackQuads"/>).</summary>
internal static unsafe class QuadPanel<TFormat, TProducts, TIsa, TVector>
    where TFormat : struct, IVectorFormat
    where TProducts : struct, IProducts
    where TIsa : struct, IPanelIsa<TVector>
    where TVector : struct
{
    /// <summary>As in <see cref="RowPanel{TFormat, TProducts, TUnpack, TIsa, TVector}"/>.</summary>
    public static void Fill(in WeightMatrix weights, int first, int count, int chunk, byte* panel, byte* staging)
    {
        var blocks = weights.Row(first) + (long)chunk * TFormat.BlockBytes;
        var stride = (nint)weights.RowBytes;
        if (count < PanelLayout.TileRows)
        {
            Copy(blocks, stride, count, staging + PanelLayout.RowsOffset);
            blocks = staging + PanelLayout.RowsOffset;
            stride = TFormat.BlockBytes;
        }
        var bits = (uint*)staging;
        for (var i = 0; i < PanelLayout.TileRows; i++)
            bits[i] = TFormat.ScaleBits(blocks + i * stride, 0);
        var target = panel;
        for (var row = 0; row < PanelLayout.TileRows; row += TIsa.Rows)
        {
            UnpackGroup(blocks + row * stride, stride, target);
            target += PanelShape<TFormat, TProducts, TIsa, TVector>.GroupBytes;
        }
    }

    private static void UnpackGroup(byte* blocks, nint stride, byte* target)
    {
        var sink = new Sink { Target = target };
        TFormat.UnpackQuads<TIsa, TVector, Sink>(blocks, stride, ref sink);
    }

    /// <summary>Brings the blocks of too few rows together; what follows them stays what it is, and is not used.</summary>
    private static void Copy(byte* blocks, nint stride, int count, byte* target)
    {
        for (var i = 0; i < count; i++)
            Unsafe.CopyBlockUnaligned(target + i * TFormat.BlockBytes, blocks + i * stride, (uint)TFormat.BlockBytes);
    }

    /// <summary>Stores what it is given where <see cref="PanelLayout"/> says.</summary>
    private struct Sink : IQuadSink<TIsa, TVector>
    {
        public byte* Target;

        private static int VectorBytes
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => 4 * TIsa.Rows;
        }

        private readonly byte* Beside
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => Target + PanelShape<TFormat, TProducts, TIsa, TVector>.WeightsEnd;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Scales(int index, TVector scales)
        {
            Scale(4 * index, TIsa.ByteScales(scales, 0));
            Scale(4 * index + 1, TIsa.ByteScales(scales, 1));
            Scale(4 * index + 2, TIsa.ByteScales(scales, 2));
            Scale(4 * index + 3, TIsa.ByteScales(scales, 3));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Mins(int index, TVector mins)
        {
            var target = Beside + (PanelLayout.MinsOffset + 2 * index) * VectorBytes;
            TIsa.Store(TIsa.BytePair(mins, 0), target);
            TIsa.Store(TIsa.BytePair(mins, 2), target + VectorBytes);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Weights(int sixteen, Quads<TIsa, TVector> weights)
        {
            if (TFormat.HasOffsets)
                weights = weights.AddBytes(TIsa.Set(unchecked((byte)-TFormat.Offset)));
            weights.Store(Target + 4 * sixteen * VectorBytes);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Scale(int index, TVector scale)
        {
            var target = Beside + (PanelLayout.ScalesOffset + index * TFormat.ScaleSpan / 16) * VectorBytes;
            TIsa.Store(scale, target);
            if (TFormat.ScaleSpan == 32 && TProducts.Depth < 8)
                TIsa.Store(scale, target + VectorBytes);
        }
    }
}
