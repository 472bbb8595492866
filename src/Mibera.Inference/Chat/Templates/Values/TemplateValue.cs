using System.Numerics;

namespace Mibera.Inference.Chat.Templates.Values;

/// <summary>
/// A value of the template language: Python's types as far as templates see them. Values are immutable (namespaces excepted), so nothing
/// that a template does reaches the caller's data.
/// </summary>
internal abstract class TemplateValue
{
    /// <summary>The type as Python's messages call it.</summary>
    public abstract string TypeName { get; }

    /// <summary>Whether a condition takes the value for true.</summary>
    public virtual bool IsTrue => true;

    /// <summary>Lists and mappings within each other, this one included: 0 for anything else.</summary>
    public virtual int Depth => 0;
}

/// <summary>What a missing variable, attribute or item gives: prints nothing, is false, and fails in most other uses.</summary>
/// <param name="reason">The error of those uses.</param>
internal sealed class UndefinedValue(string reason) : TemplateValue
{
    public string Reason { get; } = reason;

    public override string TypeName => "Undefined";

    public override bool IsTrue => false;
}

internal sealed class NoneValue : TemplateValue
{
    public static readonly NoneValue Instance = new();

    /// <summary>
    /// The none of tools and documents that were not given. Hugging Face passes none there, llama.cpp nothing at all, and published
    /// templates rely on either: this one is none, but iterates as the undefined does, as nothing.
    /// </summary>
    public static readonly NoneValue Absent = new();

    private NoneValue()
    {
    }

    public override string TypeName => "NoneType";

    public override bool IsTrue => false;
}

internal sealed class BooleanValue : TemplateValue
{
    public static readonly BooleanValue True = new(true);
    public static readonly BooleanValue False = new(false);

    private BooleanValue(bool value) => IsTrue = value;

    public override string TypeName => "bool";

    public override bool IsTrue { get; }

    public static BooleanValue Of(bool value) => value ? True : False;
}

internal sealed class IntegerValue(BigInteger value) : TemplateValue
{
    public BigInteger Value { get; } = value;

    public override string TypeName => "int";

    public override bool IsTrue => !Value.IsZero;
}

internal sealed class FloatValue(double value) : TemplateValue
{
    public double Value { get; } = value;

    public override string TypeName => "float";

    public override bool IsTrue => Value != 0;
}

internal sealed class StringValue(string value) : TemplateValue
{
    public static readonly StringValue Empty = new("");

    public string Value { get; } = value;

    public override string TypeName => "str";

    public override bool IsTrue => Value.Length > 0;
}
