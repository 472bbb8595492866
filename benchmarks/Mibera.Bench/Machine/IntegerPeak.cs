using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Mibera.Inference.Threading;

namespace Mibera.Bench.Machine;

/// <summary>
/// P: how many 8-bit products a thread can multiply and add, with operands in registers and nothing else to do. The pair
/// <c>vpmaddubsw</c> + <c>vpaddw</c> in the widest registers on x86, <c>sdot</c> on Arm.
/// </summary>
/// <remarks>
/// On x86 and Arm vectors in registers meet one that is read anew in each round, so that the compiler can hoist nothing out of the
/// loop, and no product waits for another. (Accumulators that feed their own products reach 84 % of that on Golden Cove: it assigns
/// operations to ports early, and one that comes late holds up its chain.) What is computed has no meaning.
/// </remarks>
internal static unsafe class IntegerPeak
{
    private const int Products = 240_000;

    private static long Sink;

    /// <summary>What is measured on this machine.</summary>
    public static string Description => Lanes() switch
    {
        _ when Dp.IsSupported => "sdot, 128 bits",
        64 => "vpmaddubsw + vpaddw, 512 bits",
        32 => "vpmaddubsw + vpaddw, 256 bits",
        _ => "portable multiply-add, 128 bits",
    };

    /// <summary>Runs on all threads of <paramref name="pool"/> at once; GMAC/s per thread.</summary>
    public static double Measure(WorkerPool pool)
    {
        var body = new Body { Rates = new double[pool.ThreadCount] };
        pool.Run(ref body, pool.ThreadCount, grain: 1);
        return body.Rates.Average();
    }

    /// <summary>Runs on the calling thread; GMAC/s.</summary>
    public static double Measure()
    {
        var start = Stopwatch.GetTimestamp();
        if (Dp.IsSupported) RunDotProducts();
        else if (Avx512BW.IsSupported) RunAvx512();
        else if (Avx2.IsSupported) RunAvx2();
        else RunPortable();
        return (double)Products * Lanes() / Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    }

    private static int Lanes() => Dp.IsSupported ? 16 : Avx512BW.IsSupported ? 64 : Avx2.IsSupported ? 32 : 16;

    // Named locals, not arrays: only locals live in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunAvx512()
    {
        var memory = stackalloc byte[8 * 64];
        new Span<byte>(memory, 8 * 64).Fill(5);
        var x = (Vector512<byte>*)memory;
        var y = (Vector512<sbyte>*)memory + 6;
        Vector512<byte> x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3], x4 = x[4], x5 = x[5];
        Vector512<short> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
        for (var i = 0; i < Products / 6; i++)
        {
            var next = y[i & 1];
            a0 += Avx512BW.MultiplyAddAdjacent(x0, next);
            a1 += Avx512BW.MultiplyAddAdjacent(x1, next);
            a2 += Avx512BW.MultiplyAddAdjacent(x2, next);
            a3 += Avx512BW.MultiplyAddAdjacent(x3, next);
            a4 += Avx512BW.MultiplyAddAdjacent(x4, next);
            a5 += Avx512BW.MultiplyAddAdjacent(x5, next);
        }
        Keep((a0 ^ a1 ^ a2 ^ a3 ^ a4 ^ a5).AsInt64().ToScalar());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunAvx2()
    {
        var memory = stackalloc byte[8 * 32];
        new Span<byte>(memory, 8 * 32).Fill(5);
        var x = (Vector256<byte>*)memory;
        var y = (Vector256<sbyte>*)memory + 6;
        Vector256<byte> x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3], x4 = x[4], x5 = x[5];
        Vector256<short> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
        for (var i = 0; i < Products / 6; i++)
        {
            var next = y[i & 1];
            a0 += Avx2.MultiplyAddAdjacent(x0, next);
            a1 += Avx2.MultiplyAddAdjacent(x1, next);
            a2 += Avx2.MultiplyAddAdjacent(x2, next);
            a3 += Avx2.MultiplyAddAdjacent(x3, next);
            a4 += Avx2.MultiplyAddAdjacent(x4, next);
            a5 += Avx2.MultiplyAddAdjacent(x5, next);
        }
        Keep((a0 ^ a1 ^ a2 ^ a3 ^ a4 ^ a5).AsInt64().ToScalar());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunDotProducts()
    {
        var memory = stackalloc byte[3 * 16];
        new Span<byte>(memory, 3 * 16).Fill(5);
        var y = (Vector128<sbyte>*)memory + 1;
        var x = *(Vector128<sbyte>*)memory;
        Vector128<int> a0 = Start(0), a1 = Start(1), a2 = Start(2), a3 = Start(3), a4 = Start(4), a5 = Start(5);
        Vector128<int> a6 = Start(6), a7 = Start(7), a8 = Start(8), a9 = Start(9), a10 = Start(10), a11 = Start(11);
        for (var i = 0; i < Products / 12; i++)
        {
            var next = y[i & 1];
            a0 = Dp.DotProduct(a0, x, next);
            a1 = Dp.DotProduct(a1, x, next);
            a2 = Dp.DotProduct(a2, x, next);
            a3 = Dp.DotProduct(a3, x, next);
            a4 = Dp.DotProduct(a4, x, next);
            a5 = Dp.DotProduct(a5, x, next);
            a6 = Dp.DotProduct(a6, x, next);
            a7 = Dp.DotProduct(a7, x, next);
            a8 = Dp.DotProduct(a8, x, next);
            a9 = Dp.DotProduct(a9, x, next);
            a10 = Dp.DotProduct(a10, x, next);
            a11 = Dp.DotProduct(a11, x, next);
        }
        Keep((a0 ^ a1 ^ a2 ^ a3 ^ a4 ^ a5 ^ a6 ^ a7 ^ a8 ^ a9 ^ a10 ^ a11).AsInt64().ToScalar());
    }

    /// <summary>For other machines: what the portable vectors make of 16 products of 8 bits.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunPortable()
    {
        Vector128<short> a0 = Start(0).AsInt16(), a1 = Start(1).AsInt16();
        var y = Vector128.Create((short)5);
        for (var i = 0; i < Products / 2; i++)
        {
            a0 += Vector128.WidenLower(a0.AsSByte()) * y + Vector128.WidenUpper(a0.AsSByte()) * y;
            a1 += Vector128.WidenLower(a1.AsSByte()) * y + Vector128.WidenUpper(a1.AsSByte()) * y;
        }
        Keep((a0 ^ a1).AsInt64().ToScalar());
    }

    private static Vector128<int> Start(int i) => Vector128.Create((byte)(i + 1)).AsInt32();

    private static void Keep(long value) => Volatile.Write(ref Sink, value);

    private struct Body : IParallelBody
    {
        public double[] Rates;

        public readonly void Execute(int worker, int begin, int end)
        {
            for (var i = begin; i < end; i++) Rates[i] = Measure();
        }
    }
}
