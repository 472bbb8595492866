using System.Runtime.InteropServices;

namespace Mibera.Inference.KernelCheck;

/// <summary>A hash (FNV-1a, word by word) over the bits of results: the same number on every machine, or some machine computes
/// differently.</summary>
internal sealed class Bits
{
    private ulong _hash = 14695981039346656037;

    public void Add(ulong value) => _hash = (_hash ^ value) * 1099511628211;

    public void Add(float value) => Add(BitConverter.SingleToUInt32Bits(value));

    public void Add(double value) => Add(BitConverter.DoubleToUInt64Bits(value));

    public void Add(ReadOnlySpan<float> values)
    {
        foreach (var bits in MemoryMarshal.Cast<float, uint>(values))
            Add(bits);
    }

    public override string ToString() => _hash.ToString("x16");
}
