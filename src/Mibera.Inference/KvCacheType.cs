namespace Mibera.Inference;

/// <summary>How a session keeps keys and values.</summary>
public enum KvCacheType
{
    /// <summary>binary16: 2 bytes an element.</summary>
    F16,

    /// <summary>8 bits in blocks of 32 with a binary16 scale: 1.0625 bytes an element.</summary>
    Q8_0,

    /// <summary>4 bits in blocks of 32 with a binary16 scale: 0.5625 bytes an element.</summary>
    Q4_0,

    /// <summary>binary32: 4 bytes an element.</summary>
    F32,
}
