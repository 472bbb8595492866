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

    /// <summary>Whether <see cref="LoadFinite"/> is faster than <see cref="Load"/>.</summary>
    static virtual bool LoadsFiniteFaster => false;

    /// <summary>As <see cref="Load"/>, if no element is infinite or NaN; otherwise undefined.</summary>
    static virtual Vector512<float> LoadFinite(byte* elements) => throw new NotSupportedException();

    /// <summary>The top bit of a word is set if one of the 32 elements at <paramref name="elements"/> is infinite or NaN, and
    /// clear in all others.</summary>
    static virtual Vector512<ushort> NotFinite(byte* elements) => throw new NotSupportedException();
}
