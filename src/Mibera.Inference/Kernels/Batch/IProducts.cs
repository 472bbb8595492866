using System.Runtime.CompilerServices;

namespace Mibera.Inference.Kernels.Batch;

/// <summary>
/// How quads of weights meet quads of activations: what a format's range of weights allows. All of it is constant for the
/// compiler.
/// </summary>
internal interface IProducts
{
    /// <summary>Quads that may be added up before they are scaled, where sums are words: 2, 4 or 8.</summary>
    static abstract int Depth { get; }

    /// <summary>Whether bytes of weights are signed.</summary>
    static abstract bool Signed { get; }

    /// <summary>
    /// Whether even two products of bytes may exceed int16, so that weights, multiplied with their sub-block scales, are stored
    /// as int16 where sums are words.
    /// </summary>
    static abstract bool Wide { get; }

    /// <summary>
    /// Whether, where sums are words, three quads of four are added up although they may exceed int16: without the shift of the
    /// activations they do not, and corrections that begin the sum take it off, modulo 2^16.
    /// </summary>
    static abstract bool Wraps { get; }

    /// <summary>Products of a quad of weights <paramref name="w"/> with one of activations <paramref name="x"/>.</summary>
    static abstract TVector First<TIsa, TVector>(TVector w, TVector x)
        where TIsa : struct, IPanelIsa<TVector>
        where TVector : struct;

    /// <summary>The same, added to <paramref name="sums"/>.</summary>
    static abstract TVector Next<TIsa, TVector>(TVector sums, TVector w, TVector x)
        where TIsa : struct, IPanelIsa<TVector>
        where TVector : struct;
}

/// <summary>Weights that are not negative, times activations in [-127, 127].</summary>
internal readonly struct Unsigned<TDepth> : IProducts
    where TDepth : struct, ICount
{
    public static int Depth => TDepth.Value;

    public static bool Signed => false;

    public static bool Wide => false;

    public static bool Wraps => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First<TIsa, TVector>(TVector w, TVector x)
        where TIsa : struct, IPanelIsa<TVector>
        where TVector : struct => TIsa.Dot(w, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Next<TIsa, TVector>(TVector sums, TVector w, TVector x)
        where TIsa : struct, IPanelIsa<TVector>
        where TVector : struct => TIsa.Dot(sums, w, x);
}

/// <summary>Signed weights, times activations that are shifted into [0, 254] where one factor must be unsigned.</summary>
internal readonly struct Signed<TDepth> : IProducts
    where TDepth : struct, ICount
{
    public static int Depth => TDepth.Value;

    static bool IProducts.Signed => true;

    public static bool Wide => false;

    public static bool Wraps => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First<TIsa, TVector>(TVector w, TVector x)
        where TIsa : struct, IPanelIsa<TVector>
        where TVector : struct => TIsa.Dot(x, w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Next<TIsa, TVector>(TVector sums, TVector w, TVector x)
        where TIsa : struct, IPanelIsa<TVector>
        where TVector : struct => TIsa.Dot(sums, x, w);
}

/// <summary>Signed weights of which one quad fits a sum of words, and three with corrections.</summary>
internal readonly struct Wrapping : IProducts
{
    public static int Depth => 4;

    public static bool Signed => true;

    public static bool Wide => false;

    static bool IProducts.Wraps => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First<TIsa, TVector>(TVector w, TVector x)
        where TIsa : struct, IPanelIsa<TVector>
        where TVector : struct => TIsa.Dot(x, w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Next<TIsa, TVector>(TVector sums, TVector w, TVector x)
        where TIsa : struct, IPanelIsa<TVector>
        where TVector : struct => TIsa.Dot(sums, x, w);
}

/// <summary>Signed weights of nearly eight bits: words where sums are words.</summary>
internal readonly struct Wide : IProducts
{
    public static int Depth => 4;

    public static bool Signed => true;

    static bool IProducts.Wide => true;

    public static bool Wraps => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First<TIsa, TVector>(TVector w, TVector x)
        where TIsa : struct, IPanelIsa<TVector>
        where TVector : struct => TIsa.SumsAreWords ? TIsa.DotWords(w, x) : TIsa.Dot(x, w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Next<TIsa, TVector>(TVector sums, TVector w, TVector x)
        where TIsa : struct, IPanelIsa<TVector>
        where TVector : struct => TIsa.SumsAreWords ? TIsa.Add(sums, TIsa.DotWords(w, x)) : TIsa.Dot(sums, x, w);
}
