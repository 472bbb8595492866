namespace Mibera.Inference.Models.Profiles;

/// <summary>
/// The LongRoPE factors of the models whose lists are completely known, as the shortest decimals of the published
/// float32 values. Source: <c>rope_scaling</c> in the models' published <c>config.json</c> (MIT).
/// </summary>
internal static class PublishedRopeFactors
{
    /// <summary>Phi-3.5-mini-instruct.</summary>
    public static LongRopeFactors Phi35Mini { get; } = new(
        [
            1.08f, 1.11f, 1.14f, 1.34f, 1.5899999f, 1.6f, 1.62f, 2.6200001f, 3.23f, 3.23f, 4.79f, 7.4f, 7.7000003f, 9.09f, 12.2f,
            17.67f, 24.460001f, 28.570002f, 30.420002f, 30.840002f, 32.590004f, 32.930004f, 42.320004f, 44.960003f, 50.340004f,
            50.450005f, 57.550003f, 57.930004f, 58.210003f, 60.140003f, 62.610004f, 62.620003f, 62.710003f, 63.140003f, 63.140003f,
            63.770004f, 63.930004f, 63.960003f, 63.97f, 64.03f, 64.07f, 64.08f, 64.12f, 64.41f, 64.48f, 64.51f, 64.53f, 64.84f,
        ],
        [
            1f, 1.02f, 1.03f, 1.03f, 1.05f, 1.05f, 1.05f, 1.05f, 1.05f, 1.0699999f, 1.0999999f, 1.1099999f, 1.1599998f, 1.1599998f,
            1.1699998f, 1.2899998f, 1.3399998f, 1.6799998f, 1.7899998f, 1.8199998f, 1.8499998f, 1.8799998f, 1.9099997f, 1.9399997f,
            1.9899997f, 2.0199997f, 2.0199997f, 2.0199997f, 2.0199997f, 2.0199997f, 2.0199997f, 2.0299997f, 2.0299997f, 2.0299997f,
            2.0299997f, 2.0299997f, 2.0299997f, 2.0299997f, 2.0299997f, 2.0299997f, 2.0799997f, 2.0899997f, 2.1899996f, 2.2199996f,
            2.5899994f, 2.7299995f, 2.7499995f, 2.8399994f,
        ]);

    /// <summary>Phi-3-mini-128k-instruct, edition of July 2024.</summary>
    public static LongRopeFactors Phi3Mini128kJuly { get; } = new(
        [
            1.07f, 1.12f, 1.15f, 1.42f, 1.5699999f, 1.8f, 2.1299999f, 2.1299999f, 3.01f, 5.9100003f, 6.9500003f, 9.070001f, 9.93f,
            10.71f, 11.13f, 14.61f, 15.409999f, 19.81f, 37.28f, 38.28f, 38.6f, 40.120003f, 46.200005f, 50.940006f, 53.660007f,
            54.93739f, 56.89739f, 57.287388f, 59.987385f, 60.867386f, 60.887386f, 61.717392f, 62.917393f, 62.957394f, 63.417393f,
            63.817394f, 63.837395f, 63.897396f, 63.937397f, 64.0674f, 64.11435f, 64.12435f, 64.15435f, 64.19435f, 64.244354f,
            64.574356f, 64.69f, 64.76f,
        ],
        [
            1.1f, 1.1f, 1.1f, 1.3f, 1.35f, 1.35f, 1.4f, 1.55f, 2f, 2f, 2f, 2f, 2f, 2f, 2f, 2f, 2f, 2f, 2f, 2f, 2f, 2f, 2f, 2f, 2f,
            2.05f, 2.05f, 2.05f, 2.05f, 2.05f, 2.05f, 2.1f, 2.1f, 2.15f, 2.25f, 2.25f, 2.25f, 2.25f, 2.25f, 2.4f, 2.45f, 2.5f, 2.7f,
            2.7f, 2.75f, 2.8f, 2.9f, 3.05f,
        ]);

    /// <summary>Phi-4-mini-instruct and Phi-4-multimodal: short sequences are not scaled.</summary>
    public static LongRopeFactors Phi4Mini { get; } = new(
        [
            1f, 1.1183207f, 1.2506411f, 1.39861782f, 1.5641032f, 1.749169f, 1.9561318f, 2.18758265f, 2.446419f, 2.7358808f, 3.059592f,
            3.421605f, 3.8264517f, 4.2792f, 4.7855178f, 5.3517435f, 5.9849654f, 6.6931106f, 7.485044f, 8.370679f, 9.361104f,
            10.468716f, 11.707381f, 13.092607f, 14.6417325f, 16.374152f, 18.311553f, 20.478188f, 22.90118f, 25.610864f, 28.64116f,
            32.03f, 32.1f, 32.13f, 32.23f, 32.6f, 32.61f, 32.64f, 32.66f, 32.7f, 32.71f, 32.93f, 32.97f, 33.28f, 33.49f, 33.5f, 44.16f,
            47.77f,
        ],
        Enumerable.Repeat(1f, 48).ToArray());

    /// <summary>Phi-4-mini-reasoning: the long list at every length.</summary>
    public static LongRopeFactors Phi4MiniReasoning { get; } = new(Phi4Mini.Long, Phi4Mini.Long);
}
