using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Memory;
using Mibera.Inference.Threading;

namespace Mibera.Bench.Machine;

/// <summary>
/// R: how fast the threads of a pool read memory that no cache holds, handed out in pieces as rows of weights are. Each thread
/// reads a piece in order, or in four streams with hints ahead, whichever is faster: on Emerald Rapids two threads get 22 GB/s in
/// the first way and 36 in the second.
/// </summary>
internal sealed unsafe class ReadBandwidth : IDisposable
{
    // Beyond what a virtual machine gets of a server's last-level cache (of 300 MB it got little: 1 GB reads as fast), and small
    // beside any model worth measuring.
    private const long DefaultBytes = 256L << 20;
    private const int Piece = 1 << 20;
    private const int HintDistance = 1024;

    private static long Sink;

    private readonly NativeBuffer _buffer;

    public ReadBandwidth(WorkerPool pool, long bytes = DefaultBytes)
    {
        _buffer = new NativeBuffer(bytes);
        // Memory that nobody has written is one and the same page of zeros, in cache.
        var fill = new FillBody { Data = (byte*)_buffer.Pointer };
        pool.Run(ref fill, (int)(bytes / Piece), grain: 1);
    }

    /// <summary>The faster of one pass over the buffer in order and one in streams; GB/s (10^9).</summary>
    public double Measure(WorkerPool pool) => Math.Max(Measure(pool, inStreams: false), Measure(pool, inStreams: true));

    private double Measure(WorkerPool pool, bool inStreams)
    {
        var body = new ReadBody { Data = (byte*)_buffer.Pointer, InStreams = inStreams };
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

    /// <summary>Reads a piece as four streams beside each other.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReadStreams(byte* piece)
    {
        const int Stride = Piece / 4;
        Vector256<long> a = default, b = default, c = default, d = default;
        for (var i = 0; i < Stride; i += 64, piece += 64)
        {
            a ^= ReadLine(piece);
            b ^= ReadLine(piece + Stride);
            c ^= ReadLine(piece + 2 * Stride);
            d ^= ReadLine(piece + 3 * Stride);
        }
        Volatile.Write(ref Sink, (a ^ b ^ c ^ d).ToScalar());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> ReadLine(byte* line)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(line + HintDistance);
        return Vector256.Load((long*)line) ^ Vector256.Load((long*)(line + 32));
    }

    private struct FillBody : IParallelBody
    {
        public byte* Data;

        public readonly void Execute(int worker, int begin, int end) => new Span<byte>(Data + (long)begin * Piece, (end - begin) * Piece).Fill(1);
    }

    private struct ReadBody : IParallelBody
    {
        public byte* Data;
        public bool InStreams;

        public readonly void Execute(int worker, int begin, int end)
        {
            if (!InStreams)
            {
                Read(Data + (long)begin * Piece, (long)(end - begin) * Piece);
                return;
            }
            for (var piece = begin; piece < end; piece++)
                ReadStreams(Data + (long)piece * Piece);
        }
    }
}
