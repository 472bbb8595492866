using Mibera.Inference.Gguf;

namespace Mibera.Inference.Tests.Gguf;

/// <summary>A small valid file that has everything: every value type, nesting, quantized and plain tensors.</summary>
internal static class SampleGguf
{
    public static GgufWriter Writer()
    {
        var writer = new GgufWriter();
        writer.Add("u8", GgufValue.From((byte)200));
        writer.Add("i8", GgufValue.From((sbyte)-100));
        writer.Add("u16", GgufValue.From((ushort)60_000));
        writer.Add("i16", GgufValue.From((short)-30_000));
        writer.Add("u32", GgufValue.From(4_000_000_000u));
        writer.Add("i32", GgufValue.From(-2_000_000_000));
        writer.Add("f32", GgufValue.From(1e-5f));
        writer.Add("bool", GgufValue.From(true));
        writer.Add("str", GgufValue.From("häß 😀"));
        writer.Add("bad.str", GgufValue.FromUtf8([0xc3, 0x28]));
        writer.Add("u64", GgufValue.From(ulong.MaxValue));
        writer.Add("i64", GgufValue.From(long.MinValue));
        writer.Add("f64", GgufValue.From(Math.PI));
        AddArrays(writer);
        AddTensors(writer);
        return writer;
    }

    public static byte[] Bytes()
    {
        using var stream = new MemoryStream();
        Writer().WriteTo(stream);
        return stream.ToArray();
    }

    private static void AddArrays(GgufWriter writer)
    {
        GgufArray[] arrays =
        [
            GgufArray.From((ReadOnlySpan<byte>)[1, 255]), GgufArray.From((ReadOnlySpan<sbyte>)[-1]),
            GgufArray.From((ReadOnlySpan<ushort>)[65535]), GgufArray.From((ReadOnlySpan<short>)[-2, 3]),
            GgufArray.From((ReadOnlySpan<uint>)[7u]), GgufArray.From((ReadOnlySpan<int>)[-7, 8, 9]),
            GgufArray.From((ReadOnlySpan<float>)[1f, float.NaN]), GgufArray.From((ReadOnlySpan<double>)[]),
            GgufArray.From((ReadOnlySpan<ulong>)[1UL << 63]), GgufArray.From((ReadOnlySpan<long>)[-1L]),
            GgufArray.From((ReadOnlySpan<bool>)[true, false]), GgufArray.From(["a", "", "日本"]),
        ];
        foreach (var array in arrays) writer.Add($"arr.{array.ElementType}", GgufValue.From(array));
        writer.Add("arr.arr", GgufValue.From(GgufArray.From(arrays)));
        writer.Add("arr.arr.arr", GgufValue.From(GgufArray.From([GgufArray.From(arrays), GgufArray.From(["x"])])));
    }

    private static void AddTensors(GgufWriter writer)
    {
        byte[] data = [.. Enumerable.Range(0, 144 * 3).Select(i => (byte)i)];
        writer.AddTensor("norm", GgmlType.F32, [3], data.AsMemory(0, 12));
        writer.AddTensor("matrix", GgmlType.Q4_K, [256, 3], data);
        writer.AddTensor("cube", GgmlType.I8, [2, 2, 2, 2], stream => stream.Write(data, 0, 16));
    }
}
