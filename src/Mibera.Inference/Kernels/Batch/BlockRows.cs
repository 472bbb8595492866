using System.Runtime.CompilerServices;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>The blocks of fewer rows than a tile has.</summary>
internal static unsafe class BlockRows
{
    /// <summary>Brings them together, for kernels that unpack whole tiles. What follows them is unpacked too, and not used.</summary>
    public static void Gather(byte* blocks, nint stride, int count, int blockBytes, byte* target)
    {
        for (var i = 0; i < count; i++)
            Unsafe.CopyBlockUnaligned(target + i * blockBytes, blocks + i * stride, (uint)blockBytes);
    }
}
