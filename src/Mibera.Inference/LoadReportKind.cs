namespace Mibera.Inference;

/// <summary>The sorts of findings in a <see cref="LoadReport"/>.</summary>
public enum LoadReportKind
{
    /// <summary>A tensor fills a role of the network.</summary>
    Role,

    /// <summary>A value was taken from the file as it stands there.</summary>
    Value,

    /// <summary>The file is silent; the stated value was assumed.</summary>
    Default,

    /// <summary>The file says otherwise, and is contradicted by its own tensors, a profile or a probe.</summary>
    Overruled,

    /// <summary>The file was recognized as a published model.</summary>
    Profile,

    /// <summary>Hypotheses were tried on a short text.</summary>
    Probe,

    /// <summary>The user's option decided.</summary>
    Option,

    /// <summary>Something is doubtful or unknown.</summary>
    Warning,
}
