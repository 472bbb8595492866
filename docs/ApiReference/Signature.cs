using System.Reflection;
using System.Runtime.CompilerServices;

namespace Mibera.ApiReference;

/// <summary>Declarations as C# writes them, without what a reader can do without (attributes, constraints).</summary>
internal static class Signature
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(char)] = "char",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    public static string Of(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"{Short(constructor.DeclaringType!)}({Parameters(constructor.GetParameters())})",
        MethodInfo method => Of(method),
        PropertyInfo property => Of(property),
        FieldInfo { IsLiteral: true, DeclaringType.IsEnum: true } field => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), null)}",
        FieldInfo field => $"{(field.IsLiteral ? "const " : field.IsStatic ? "static readonly " : "")}{Name(field.FieldType)} {field.Name}",
        EventInfo @event => $"event {Name(@event.EventHandlerType!)} {@event.Name}",
        _ => member.Name,
    };

    /// <summary>What kind of type it is, and what it derives from.</summary>
    public static string Of(Type type)
    {
        if (IsDelegate(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"public delegate {Name(Nullability.Create(invoke.ReturnParameter))} {Short(type)}({Parameters(invoke.GetParameters())})";
        }
        var record = IsRecord(type);
        var kind = (type.IsEnum, type.IsInterface, record, type.IsValueType) switch
        {
            (true, _, _, _) => "enum",
            (_, true, _, _) => "interface",
            (_, _, true, true) => "record struct",
            (_, _, true, _) => "record",
            (_, _, _, true) => "struct",
            _ => "class",
        };
        var modifier = (type.IsAbstract, type.IsSealed) switch
        {
            _ when type.IsInterface || type.IsValueType => "",
            (true, true) => "static ",
            (true, _) => "abstract ",
            (_, true) => "sealed ",
            _ => "",
        };
        var bases = type.IsEnum ? [] : type.GetInterfaces().Where(i => !(record && i.Name == "IEquatable`1"));
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && !type.IsEnum)
            bases = bases.Except(parent.GetInterfaces()).Prepend(parent);
        var list = string.Join(", ", bases.Select(Name));
        return $"public {modifier}{kind} {Short(type)}{(list.Length > 0 ? " : " + list : "")}";
    }

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null
        || (type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null);

    public static bool IsDelegate(Type type) => typeof(Delegate).IsAssignableFrom(type);

    /// <summary>A type's name with its parameters, without namespaces.</summary>
    public static string Short(Type type) =>
        type.IsGenericType ? $"{type.Name[..type.Name.LastIndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;

    private static string Of(MethodInfo method)
    {
        var name = method.Name switch
        {
            "op_Implicit" => "implicit operator",
            "op_Explicit" => "explicit operator",
            var other => method.IsGenericMethod ? $"{other}<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : other,
        };
        var first = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return $"{(method.IsStatic ? "static " : "")}{Name(Nullability.Create(method.ReturnParameter))} {name}({first}{Parameters(method.GetParameters())})";
    }

    private static string Of(PropertyInfo property)
    {
        var setter = property.SetMethod is { IsPublic: true } set
            ? set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;" : "";
        var index = property.GetIndexParameters() is { Length: > 0 } parameters ? $"this[{Parameters(parameters)}]" : property.Name;
        var modifier = property.GetMethod is { IsStatic: true } ? "static " : "";
        return $"{modifier}{Name(Nullability.Create(property))} {index} {{ get;{setter} }}";
    }

    private static string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(Of));

    private static string Of(ParameterInfo parameter)
    {
        var modifier = parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? parameter.IsIn ? "in " : "ref "
            : parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : "";
        return $"{modifier}{Name(Nullability.Create(parameter))} {parameter.Name}{Default(parameter)}";
    }

    private static string Default(ParameterInfo parameter) => !parameter.HasDefaultValue ? "" : parameter.RawDefaultValue switch
    {
        null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? " = default" : " = null",
        string text => $" = \"{text}\"",
        bool value => value ? " = true" : " = false",
        var value when parameter.ParameterType.IsEnum => $" = {parameter.ParameterType.Name}.{Enum.ToObject(parameter.ParameterType, value)}",
        var value => FormattableString.Invariant($" = {value}"),
    };

    private static string Name(NullabilityInfo info)
    {
        var type = info.Type.IsByRef ? info.Type.GetElementType()! : info.Type;
        var suffix = info.ReadState == NullabilityState.Nullable && !type.IsValueType ? "?" : "";
        if (info.ElementType is { } element)
            return Name(element) + "[]" + suffix;
        if (info.GenericTypeArguments.Length == 0 || Nullable.GetUnderlyingType(type) is not null || type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true)
            return Name(type) + suffix;
        return $"{type.Name[..type.Name.LastIndexOf('`')]}<{string.Join(", ", info.GenericTypeArguments.Select(Name))}>{suffix}";
    }

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying) + "?";
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        return type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true
            ? $"({string.Join(", ", type.GetGenericArguments().Select(Name))})"
            : Short(type);
    }
}
