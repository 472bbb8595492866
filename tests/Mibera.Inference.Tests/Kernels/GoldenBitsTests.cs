using System.Diagnostics;
using Mibera.Inference.Gguf;
using Mibera.Inference.Kernels;
using Mibera.Inference.Numerics;
using Mibera.Inference.Simd;

namespace Mibera.Inference.Tests.Kernels;

/// <summary>
/// The bits of the float kernels, written down: every machine, and every instruction set that the runtime can be told to
/// do without, must come to the same ones.
/// </summary>
public class GoldenBitsTests
{
    private const string MathBits = "84f02d2f8ee5b112";
    private const string RowBits = "1ede79d209865ef9";
    private const string ProductBits = "aa7443d8b303d518";
    private const string AttentionBits = "6350fb9c20f1ad5d";

    [Fact]
    public void Functions()
    {
        var bits = new BitHash();
        foreach (var x in FloatTestData.Uniform(2000, 1, 110))
        {
            bits.Add(PortableMath.Exp(x));
            bits.Add(PortableMath.Exp((double)x));
            bits.Add(PortableMath.Log(Math.Abs((double)x)));
            bits.Add(PortableMath.Sin(x * 1000));
            bits.Add(PortableMath.Cos(x * 1000));
            bits.Add(PortableMath.Pow(250000, x / 200));
        }
        Assert.Equal(MathBits, bits.ToString());
    }

    [Fact]
    public unsafe void Rows()
    {
        var bits = new BitHash();
        foreach (var width in (int[])[1, 17, 80, 250])
        {
            float[] x = FloatTestData.Uniform(width, 2, 9), weight = FloatTestData.Uniform(width, 3), bias = FloatTestData.Uniform(width, 4);
            var output = new float[width];
            fixed (float* px = x, pw = weight, pb = bias, po = output)
            {
                Norms.RmsNorm(px, pw, null, 1e-5f, po, width);
                bits.Add(output);
                Norms.LayerNorm(px, pw, pb, 1e-5f, po, width);
                bits.Add(output);
                FeedForwardActivations.SwiGlu(px, pw, po, width);
                bits.Add(output);
                FeedForwardActivations.Gelu(px, po, width);
                bits.Add(output);
                Softmax.Apply(px, po, width);
                bits.Add(output);
            }
        }
        foreach (var order in Enum.GetValues<RopeOrder>())
        {
            var head = FloatTestData.Uniform(2 * 96, 5);
            using var table = new RopeTable(2, 40);
            var parameters = new RopeParameters { Order = order, Dimensions = 80, Base = 10000, FrequencyScale = 0.25, Yarn = new(4096) };
            table.Fill(new RopeFrequencies(parameters), 77_000, 2);
            fixed (float* p = head)
                table.Apply(1, p, 2, 96);
            bits.Add(head);
        }
        Assert.Equal(RowBits, bits.ToString());
    }

    [Fact]
    public unsafe void Products()
    {
        var bits = new BitHash();
        using var input = new Activations(6, 70);
        input.Reset(6);
        FloatTestData.Uniform(6 * 70, 6, 3).CopyTo(new Span<float>(input.Data, 6 * 70));
        foreach (var type in (GgmlType[])[GgmlType.F32, GgmlType.F16, GgmlType.BF16])
        {
            var bytes = new byte[type.RowBytes(7 * 70)];
            var values = FloatTestData.Uniform(7 * 70, 7);
            for (var i = 0; i < values.Length; i++)
            {
                // The upper half of a small float is a small number as binary16 as well.
                var word = BitConverter.GetBytes(values[i]);
                word.AsSpan(type == GgmlType.F32 ? 0 : 2).CopyTo(bytes.AsSpan(i * (type == GgmlType.F32 ? 4 : 2)));
            }
            var output = new float[6 * 7];
            fixed (byte* data = bytes)
            fixed (float* target = output)
                KernelTable.Get(type, InstructionSet.Portable).Multiply(new WeightMatrix(type, data, 7, 70), input, 0, 7, target, 7);
            bits.Add(output);
        }
        Assert.Equal(ProductBits, bits.ToString());
    }

    [Fact]
    public void Attentions()
    {
        var bits = new BitHash();
        foreach (var type in Enum.GetValues<KvCacheType>())
        {
            bits.Add(new AttentionTests.Data(3, 1, 40, tokens: 290, type).Run(window: 70, [3, 40, 247], threads: 2));
            bits.Add(new AttentionTests.Data(4, 2, 16, tokens: 80, type).Run(window: 0, [80], threads: 1));
        }
        Assert.Equal(AttentionBits, bits.ToString());
    }

    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task TheSameWithoutSomeInstructions(string variable)
    {
        var assembly = typeof(GoldenBitsTests).Assembly.Location;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[variable] = "0";
        start.ArgumentList.Add(assembly);
        foreach (var method in (string[])[nameof(Functions), nameof(Rows), nameof(Products), nameof(Attentions)])
        {
            start.ArgumentList.Add("-method");
            start.ArgumentList.Add($"{typeof(GoldenBitsTests).FullName}.{method}");
        }
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await output + await errors);
        Assert.Contains("Total: 4", await output, StringComparison.Ordinal);
    }

    /// <summary>FNV-1a over the bits of numbers.</summary>
    private sealed class BitHash
    {
        private ulong _hash = 14695981039346656037;

        public void Add(double value) => Add(BitConverter.DoubleToUInt64Bits(value));

        public void Add(float value) => Add((ulong)BitConverter.SingleToUInt32Bits(value));

        public void Add(float[] values)
        {
            foreach (var value in values)
                Add(value);
        }

        public override string ToString() => _hash.ToString("x16", null);

        private void Add(ulong bits) => _hash = (_hash ^ bits) * 1099511628211;
    }
}
