namespace Mibera.Inference.Sampling;

/// <summary>A token that may be chosen.</summary>
/// <param name="Id">The token.</param>
/// <param name="Logit">Its logit.</param>
/// <param name="Key">What the current step has computed for it.</param>
internal readonly record struct Candidate(int Id, float Logit, double Key = 0);

/// <summary>An order of candidates; total, since no two have the same id.</summary>
internal interface ICandidateOrder
{
    static abstract bool Precedes(in Candidate a, in Candidate b);
}

/// <summary>The likeliest first; of equals the lower id.</summary>
internal readonly struct BestFirst : ICandidateOrder
{
    public static bool Precedes(in Candidate a, in Candidate b) => a.Logit > b.Logit || (a.Logit == b.Logit && a.Id < b.Id);
}

internal readonly struct WorstFirst : ICandidateOrder
{
    public static bool Precedes(in Candidate a, in Candidate b) => BestFirst.Precedes(b, a);
}

/// <summary>The lowest key first; of equals the likelier.</summary>
internal readonly struct LowestKeyFirst : ICandidateOrder
{
    public static bool Precedes(in Candidate a, in Candidate b) => a.Key < b.Key || (a.Key == b.Key && BestFirst.Precedes(a, b));
}
