namespace Mibera.Inference.Threading;

/// <summary>A call that uses the memory of a <see cref="Lifetime"/>, until it is disposed.</summary>
internal readonly struct MemoryUse(Lifetime lifetime) : IDisposable
{
    public void Dispose() => lifetime.Leave();
}
