using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mibera.Inference.Gguf;
using Mibera.Inference.Threading;

namespace Mibera.Inference.Memory;

/// <summary>
/// Brings mapped tensors in before they are used, in order and with all threads: the disk then reads in large pieces, and no
/// page fault interrupts the first token.
/// </summary>
internal static unsafe class PagePopulation
{
    private const int Piece = 8 << 20;
    private const int Page = 4096;

    /// <summary>Populates the pages of <paramref name="tensors"/>; <paramref name="progress"/> is told bytes.</summary>
    /// <exception cref="ModelIOException">The system reports that pages cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two pieces.</exception>
    public static void Run(
        GgufFile file, IReadOnlyList<GgufTensor> tensors, WorkerPool pool, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
    {
        var pieces = tensors.SelectMany(Pieces).ToArray();
        var body = new Body { File = file, Pieces = pieces, Progress = progress, CancellationToken = cancellationToken, Total = tensors.Sum(t => t.ByteSize), Done = new StrongBox<long>() };
        pool.Run(ref body, pieces.Length, grain: 1);
    }

    private static IEnumerable<(GgufTensor Tensor, long Offset)> Pieces(GgufTensor tensor)
    {
        for (var offset = 0L; offset < tensor.ByteSize; offset += Piece)
            yield return (tensor, offset);
    }

    private static void Populate(GgufFile file, byte* address, long bytes)
    {
        var first = (byte*)((nuint)address & ~(nuint)(Page - 1));
        var length = (nuint)(address + bytes - first);
        if (OperatingSystem.IsLinux() && NativeMethods.AdviseMemory(first, length, NativeMethods.PopulateRead) is var result)
        {
            if (result == 0)
                return;
            // EFAULT and EHWPOISON: a disk error, or a file that was shortened. Touching these pages would end the process.
            if (Marshal.GetLastPInvokeError() is (14 or 133) and var error)
                throw new ModelIOException($"{file.FilePath}: mapped weights cannot be read ({Marshal.GetPInvokeErrorMessage(error)}).", file.FilePath);
        }
        if (OperatingSystem.IsWindows())
        {
            var range = new NativeMethods.MemoryRange { Address = first, Bytes = length };
            // A hint: where it fails, touching does.
            _ = NativeMethods.PrefetchVirtualMemory(-1, 1, &range, 0);
        }
        for (var offset = 0L; offset < bytes; offset += Page)
            Volatile.Read(ref address[offset]);
    }

    private struct Body : IParallelBody
    {
        public GgufFile File;
        public (GgufTensor Tensor, long Offset)[] Pieces;
        public IProgress<LoadProgress>? Progress;
        public CancellationToken CancellationToken;
        public long Total;
        public StrongBox<long> Done;

        public readonly void Execute(int worker, int begin, int end)
        {
            for (var i = begin; i < end; i++)
            {
                CancellationToken.ThrowIfCancellationRequested();
                var (tensor, offset) = Pieces[i];
                var bytes = Math.Min(Piece, tensor.ByteSize - offset);
                Populate(File, File.GetPointer(tensor) + offset, bytes);
                var done = Interlocked.Add(ref Done.Value, bytes);
                Progress?.Report(new LoadProgress("reading weights", done, Total));
            }
        }
    }
}
