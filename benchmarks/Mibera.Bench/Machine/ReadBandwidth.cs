using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mibera.Inference.Memory;
using Mibera.Inference.Threading;

namespace Mibera.Bench.Machine;

/// <summary>
/// R: how fast the threads of a pool read memory that no cache holds, handed out in pieces as rows of weights are.
/// </summary>
internal sealed unsafe class ReadBandwidth : IDisposable
{
    // Beyond the last-level caches of the machines this is meant for, and small beside any model worth measuring.
    private const long DefaultBytes = 256L << 20;
    private const int Piece = 1 << 20;

    private static long Sink;

    private readonly NativeBuffer _buffer;

    public ReadBandwidth(WorkerPool pool, long bytes = DefaultBytes)
    {
        _buffer = new NativeBuffer(bytes);
        // Memory that nobody has written is one and the same page of zeros, in cache.
        var fill = new FillBody { Data = (byte*)_buffer.Pointer };
        pool.Run(ref fill, (int)(bytes / Piece), grain: 1);
    }

    /// <summary>One pass over the buffer; GB/s (10^9).</summary>
    public double Measure(WorkerPool pool)
    {
        var body = new ReadBody { Data = (byte*)_buffer.Pointer };
        var start = Stopwatch.GetTimestamp();
        pool.Run(ref body, (int)(_buffer.Bytes / Piece), grain: 1);
        return _buffer.Bytes / Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    }

    public void Dispose() => _buffer.Dispose();

    /// <summary>Reads all bytes, as one thread does; their number is a multiple of 256.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Read(byte* data, long bytes)
    {
        Vector256<long> a = default, b = default, c = default, d = default;
        for (long i = 0; i < bytes; i += 256)
        {
            a ^= Vector256.Load((long*)(data + i)) ^ Vector256.Load((long*)(data + i + 32));
            b ^= Vector256.Load((long*)(data + i + 64)) ^ Vector256.Load((long*)(data + i + 96));
            c ^= Vector256.Load((long*)(data + i + 128)) ^ Vector256.Load((long*)(data + i + 160));
            d ^= Vector256.Load((long*)(data + i + 192)) ^ Vector256.Load((long*)(data + i + 224));
        }
        Volatile.Write(ref Sink, (a ^ b ^ c ^ d).ToScalar());
    }

    private struct FillBody : IParallelBody
    {
        public byte* Data;

        public readonly void Execute(int worker, int begin, int end) => new Span<byte>(Data + (long)begin * Piece, (end - begin) * Piece).Fill(1);
    }

    private struct ReadBody : IParallelBody
    {
        public byte* Data;

        public readonly void Execute(int worker, int begin, int end) => Read(Data + (long)begin * Piece, (long)(end - begin) * Piece);
    }
}
