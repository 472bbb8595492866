using System.Runtime.Intrinsics;
using Mibera.Inference.Gguf;

namespace Mibera.Inference.Quantization;

/// <summary>A weight format of plain floats, without blocks.</summary>
internal unsafe interface IFloatFormat
{
    static abstract GgmlType Type { get; }

    /// <summary>Bytes of an element.</summary>
    static abstract int Bytes { get; }

    /// <summary>The element at <paramref name="element"/>, which need not be aligned. The conversion is exact.</summary>
    static abstract float Decode(byte* element);

    /// <summary>The 16 elements at <paramref name="elements"/>, as <see cref="Decode"/> converts them.</summary>
    static abstract Vector512<float> Load(byte* elements);

    /// <summary>The 8 elements at <paramref name="elements"/>, likewise.</summary>
    static abstract Vector256<float> LoadEight(byte* elements);

    /// <summary>As <see cref="Load"/>, but undefined for infinities and NaN that <see cref="NotFinite"/> reports: where looking for
    /// them in every vector costs time, a kernel looks once in a row.</summary>
    static abstract Vector512<float> LoadFinite(byte* elements);

    /// <summary>The top bit of a word is set if <see cref="LoadFinite"/> would be wrong for one of the 32 elements at
    /// <paramref name="elements"/>; other bits are undefined. Zero where it never is.</summary>
    static abstract Vector512<ushort> NotFinite(byte* elements);
}
