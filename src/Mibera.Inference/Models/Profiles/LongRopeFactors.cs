namespace Mibera.Inference.Models.Profiles;

/// <summary>Divisors of the rotary frequencies, one for each pair of dimensions.</summary>
/// <param name="Long">For sequences longer than the original context.</param>
/// <param name="Short">For sequences within it.</param>
internal sealed record LongRopeFactors(float[] Long, float[] Short);
