using Mibera.Inference.Threading;

namespace Mibera.Inference.Memory;

/// <summary>Takes the physical memory of buffers before they are used: should there be too little, the start fails, not a
/// conversation.</summary>
internal static unsafe class PhysicalMemory
{
    private const int Piece = 1 << 22;
    private const int Page = 4096;

    /// <summary>Touches every page of buffers that hold nothing yet.</summary>
    public static void Take(WorkerPool pool, params ReadOnlySpan<NativeBuffer> buffers)
    {
        foreach (var buffer in buffers)
        {
            var body = new Body { Buffer = buffer };
            pool.Run(ref body, (int)((buffer.Bytes + Piece - 1) / Piece), grain: 1);
        }
    }

    private struct Body : IParallelBody
    {
        public NativeBuffer Buffer;

        public readonly void Execute(int worker, int begin, int end)
        {
            var last = Math.Min((long)end * Piece, Buffer.Bytes);
            for (var offset = (long)begin * Piece; offset < last; offset += Page)
                ((byte*)Buffer.Pointer)[offset] = 0;
        }
    }
}
