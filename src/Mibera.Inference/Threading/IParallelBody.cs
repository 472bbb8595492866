namespace Mibera.Inference.Threading;

/// <summary>The body of a parallel loop. A struct, so that a loop allocates nothing.</summary>
internal interface IParallelBody
{
    /// <summary>Does items [<paramref name="begin"/>, <paramref name="end"/>) on worker <paramref name="worker"/>.</summary>
    void Execute(int worker, int begin, int end);
}
