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
/// Each of twelve accumulators feeds its own product, so that the compiler can hoist nothing out of the loop; twelve
/// chains of (at most) six cycles leave room for two pairs a cycle. What is computed has no meaning.
/// </remarks>
internal static class IntegerPeak
{
    private const int Chains = 12;
    private const int Rounds = 20_000;

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
        return (double)Rounds * Chains * Lanes() / Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    }

    private static int Lanes() => Dp.IsSupported ? 16 : Avx512BW.IsSupported ? 64 : Avx2.IsSupported ? 32 : 16;

    // Named locals, not an array: only locals live in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunAvx512()
    {
        var y = Vector512.Create((sbyte)5);
        Vector512<short> a0 = Start512(0), a1 = Start512(1), a2 = Start512(2), a3 = Start512(3), a4 = Start512(4), a5 = Start512(5);
        Vector512<short> a6 = Start512(6), a7 = Start512(7), a8 = Start512(8), a9 = Start512(9), a10 = Start512(10), a11 = Start512(11);
        for (var i = 0; i < Rounds; i++)
        {
            a0 += Avx512BW.MultiplyAddAdjacent(a0.AsByte(), y);
            a1 += Avx512BW.MultiplyAddAdjacent(a1.AsByte(), y);
            a2 += Avx512BW.MultiplyAddAdjacent(a2.AsByte(), y);
            a3 += Avx512BW.MultiplyAddAdjacent(a3.AsByte(), y);
            a4 += Avx512BW.MultiplyAddAdjacent(a4.AsByte(), y);
            a5 += Avx512BW.MultiplyAddAdjacent(a5.AsByte(), y);
            a6 += Avx512BW.MultiplyAddAdjacent(a6.AsByte(), y);
            a7 += Avx512BW.MultiplyAddAdjacent(a7.AsByte(), y);
            a8 += Avx512BW.MultiplyAddAdjacent(a8.AsByte(), y);
            a9 += Avx512BW.MultiplyAddAdjacent(a9.AsByte(), y);
            a10 += Avx512BW.MultiplyAddAdjacent(a10.AsByte(), y);
            a11 += Avx512BW.MultiplyAddAdjacent(a11.AsByte(), y);
        }
        Keep((a0 ^ a1 ^ a2 ^ a3 ^ a4 ^ a5 ^ a6 ^ a7 ^ a8 ^ a9 ^ a10 ^ a11).AsInt64().ToScalar());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunAvx2()
    {
        var y = Vector256.Create((sbyte)5);
        Vector256<short> a0 = Start256(0), a1 = Start256(1), a2 = Start256(2), a3 = Start256(3), a4 = Start256(4), a5 = Start256(5);
        Vector256<short> a6 = Start256(6), a7 = Start256(7), a8 = Start256(8), a9 = Start256(9), a10 = Start256(10), a11 = Start256(11);
        for (var i = 0; i < Rounds; i++)
        {
            a0 += Avx2.MultiplyAddAdjacent(a0.AsByte(), y);
            a1 += Avx2.MultiplyAddAdjacent(a1.AsByte(), y);
            a2 += Avx2.MultiplyAddAdjacent(a2.AsByte(), y);
            a3 += Avx2.MultiplyAddAdjacent(a3.AsByte(), y);
            a4 += Avx2.MultiplyAddAdjacent(a4.AsByte(), y);
            a5 += Avx2.MultiplyAddAdjacent(a5.AsByte(), y);
            a6 += Avx2.MultiplyAddAdjacent(a6.AsByte(), y);
            a7 += Avx2.MultiplyAddAdjacent(a7.AsByte(), y);
            a8 += Avx2.MultiplyAddAdjacent(a8.AsByte(), y);
            a9 += Avx2.MultiplyAddAdjacent(a9.AsByte(), y);
            a10 += Avx2.MultiplyAddAdjacent(a10.AsByte(), y);
            a11 += Avx2.MultiplyAddAdjacent(a11.AsByte(), y);
        }
        Keep((a0 ^ a1 ^ a2 ^ a3 ^ a4 ^ a5 ^ a6 ^ a7 ^ a8 ^ a9 ^ a10 ^ a11).AsInt64().ToScalar());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunDotProducts()
    {
        Vector128<int> a0 = Start128(0), a1 = Start128(1), a2 = Start128(2), a3 = Start128(3), a4 = Start128(4), a5 = Start128(5);
        Vector128<int> a6 = Start128(6), a7 = Start128(7), a8 = Start128(8), a9 = Start128(9), a10 = Start128(10), a11 = Start128(11);
        var y = Vector128.Create((sbyte)5);
        for (var i = 0; i < Rounds; i++)
        {
            a0 = Dp.DotProduct(a0, a0.AsSByte(), y);
            a1 = Dp.DotProduct(a1, a1.AsSByte(), y);
            a2 = Dp.DotProduct(a2, a2.AsSByte(), y);
            a3 = Dp.DotProduct(a3, a3.AsSByte(), y);
            a4 = Dp.DotProduct(a4, a4.AsSByte(), y);
            a5 = Dp.DotProduct(a5, a5.AsSByte(), y);
            a6 = Dp.DotProduct(a6, a6.AsSByte(), y);
            a7 = Dp.DotProduct(a7, a7.AsSByte(), y);
            a8 = Dp.DotProduct(a8, a8.AsSByte(), y);
            a9 = Dp.DotProduct(a9, a9.AsSByte(), y);
            a10 = Dp.DotProduct(a10, a10.AsSByte(), y);
            a11 = Dp.DotProduct(a11, a11.AsSByte(), y);
        }
        Keep((a0 ^ a1 ^ a2 ^ a3 ^ a4 ^ a5 ^ a6 ^ a7 ^ a8 ^ a9 ^ a10 ^ a11).AsInt64().ToScalar());
    }

    /// <summary>For other machines: what the portable vectors make of 16 products of 8 bits.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunPortable()
    {
        Vector128<short> a0 = Start128(0).AsInt16(), a1 = Start128(1).AsInt16();
        var y = Vector128.Create((short)5);
        for (var i = 0; i < Rounds * Chains / 2; i++)
        {
            a0 += Vector128.WidenLower(a0.AsSByte()) * y + Vector128.WidenUpper(a0.AsSByte()) * y;
            a1 += Vector128.WidenLower(a1.AsSByte()) * y + Vector128.WidenUpper(a1.AsSByte()) * y;
        }
        Keep((a0 ^ a1).AsInt64().ToScalar());
    }

    private static Vector512<short> Start512(int i) => Vector512.Create((byte)(i + 1)).AsInt16();

    private static Vector256<short> Start256(int i) => Vector256.Create((byte)(i + 1)).AsInt16();

    private static Vector128<int> Start128(int i) => Vector128.Create((byte)(i + 1)).AsInt32();

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
