using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Losses.Tests;

/// <summary>The public members of libraries as text, beside what was approved.</summary>
public static class PublicSurface
{
    /// <summary>Where the members are others than those in a file; empty where they are not. With LOSSES_APPROVE=1 they are written to the file.</summary>
    /// <param name="folder">Where the file is among the sources of a test.</param>
    /// <param name="name">Of the file, which ends in .approved.txt and is beside the test as well; and of the test.</param>
    /// <param name="libraries">The libraries.</param>
    public static string Differences(string folder, string name, params Assembly[] libraries)
    {
        string[] actual = [.. libraries.SelectMany(Lines).Order(StringComparer.Ordinal)];
        if (Environment.GetEnvironmentVariable("LOSSES_APPROVE") == "1")
        {
            Write(Path.Combine(folder, $"{name}.approved.txt"), actual);
            return "";
        }
        var approved = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, $"{name}.approved.txt"));
        if (approved.SequenceEqual(actual))
            return "";
        var received = Path.Combine(AppContext.BaseDirectory, $"{name}.received.txt");
        Write(received, actual);
        var differences = approved
            .Except(actual)
            .Select(line => $"- {line}")
            .Concat(actual.Except(approved).Select(line => $"+ {line}"))
            .OrderBy(line => line[2..], StringComparer.Ordinal);
        return $"""
            The public surface is not the approved one:
            {string.Join('\n', differences)}
            All of it: {received}
            To approve: LOSSES_APPROVE=1 dotnet test tests/{Path.GetFileName(folder)} -c Release --filter {name}
            """;
    }

    private static void Write(string path, IEnumerable<string> lines) => File.WriteAllText(path, string.Join('\n', lines) + "\n");

    private static IEnumerable<string> Lines(Assembly assembly) => assembly.GetExportedTypes().SelectMany(Lines);

    internal static IEnumerable<string> Lines(Type type) => Members(type).Prepend(Header(type));

    private static string Header(Type type)
    {
        var kind =
            type.IsInterface ? "interface"
            : type.IsEnum ? "enum"
            : type.IsValueType ? (IsReadOnly(type) ? "readonly struct" : "struct")
            : type.IsSubclassOf(typeof(Delegate)) ? "delegate"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";
        string[] bases =
        [
            .. type is { IsClass: true, BaseType: { } parent } && parent != typeof(object) ? [Name(parent)] : Array.Empty<string>(),
            .. Own(type).Where(_ => !type.IsEnum).Select(Name).Order(StringComparer.Ordinal),
        ];
        return $"{Full(type)} : {string.Join(", ", bases.Prepend(kind))}{Constraints(type.GetGenericArguments())}";
    }

    // The interfaces that no base type and no other interface brings.
    private static IEnumerable<Type> Own(Type type) =>
        type.GetInterfaces()
            .Where(part => part.IsPublic || part.IsNestedPublic)
            .Except(type.BaseType?.GetInterfaces() ?? [])
            .Except(type.GetInterfaces().SelectMany(part => part.GetInterfaces()));

    private static bool IsReadOnly(Type type) => type.CustomAttributes.Any(a => a.AttributeType.Name == "IsReadOnlyAttribute");

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags All =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        foreach (var field in type.GetFields(All).Where(field => (field.IsPublic || field.IsFamily) && !field.IsSpecialName))
            yield return field.IsLiteral
                ? $"{Full(type)} const {field.Name} = {Value(field.GetRawConstantValue(), typeof(object))}"
                : $"{Full(type)}.{field.Name} : {(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Name(field.FieldType)}";
        foreach (var constructor in type.GetConstructors(All).Where(IsVisible))
            yield return $"{Access(constructor)}new {Full(type)}({Parameters(constructor.GetParameters())})";
        foreach (var property in type.GetProperties(All).Where(property => property.GetAccessors(true).Any(IsVisible)))
        {
            var accessors = property.GetAccessors(true).Where(IsVisible).ToArray();
            var index = property.GetIndexParameters();
            yield return $"{Full(type)}.{(index.Length > 0 ? $"this[{Parameters(index)}]" : property.Name)} : {Modifiers(accessors[0])}{Nullable(property)} {{ {string.Concat(accessors.Select(Accessor))}}}";
        }
        foreach (var happening in type.GetEvents(All).Where(happening => IsVisible(happening.AddMethod!)))
            yield return $"{Full(type)}.{happening.Name} event {Name(happening.EventHandlerType!)}";
        foreach (var method in type.GetMethods(All).Where(method => IsVisible(method) && !IsAccessor(method)))
            yield return $"{Access(method)}{Full(type)}.{method.Name}{Generic(method)}({Parameters(method.GetParameters())}) : {Modifiers(method)}{Nullable(method.ReturnParameter)}{Constraints(method.GetGenericArguments())}";
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal) || method.Name.StartsWith('<');

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Accessor(MethodInfo method) =>
        method.Name.StartsWith("get_", StringComparison.Ordinal) ? "get; "
        : method.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; "
        : "set; ";

    private static string Modifiers(MethodInfo method) =>
        (method.IsStatic ? "static " : "")
        + (
            method.IsAbstract ? "abstract "
            : !method.IsVirtual || method.IsFinal ? ""
            : method.GetBaseDefinition() != method ? "override "
            : "virtual "
        );

    private static string Generic(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";

    private static string Constraints(Type[] parameters) =>
        string.Concat(
            parameters
                .Where(parameter => parameter.IsGenericParameter)
                .Select(parameter => (parameter.Name, Limits: Limits(parameter).ToArray()))
                .Where(parameter => parameter.Limits.Length > 0)
                .Select(parameter => $" where {parameter.Name} : {string.Join(", ", parameter.Limits)}")
        );

    private static IEnumerable<string> Limits(Type parameter)
    {
        var attributes = parameter.GenericParameterAttributes;
        if (attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
            yield return parameter.CustomAttributes.Any(a => a.AttributeType.Name == "IsUnmanagedAttribute") ? "unmanaged" : "struct";
        else if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            yield return "class";
        foreach (
            var limit in parameter
                .GetGenericParameterConstraints()
                .Where(limit => limit != typeof(ValueType))
                .Select(Name)
                .Order(StringComparer.Ordinal)
        )
            yield return limit;
    }

    private static string Parameters(IEnumerable<ParameterInfo> parameters) => string.Join(", ", parameters.Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var by =
            !parameter.ParameterType.IsByRef ? ""
            : parameter.IsOut ? "out "
            : parameter.IsIn ? "in "
            : "ref ";
        var many = parameter.CustomAttributes.Any(a => a.AttributeType.Name is "ParamArrayAttribute" or "ParamCollectionAttribute")
            ? "params "
            : "";
        var value = parameter.HasDefaultValue ? $" = {Value(parameter.RawDefaultValue, parameter.ParameterType)}" : "";
        return $"{by}{many}{Nullable(parameter)} {parameter.Name}{value}";
    }

    private static string Value(object? value, Type type) =>
        value switch
        {
            null => type.IsValueType && System.Nullable.GetUnderlyingType(type) is null || type.IsGenericParameter ? "default" : "null",
            _ when type.IsEnum => $"{type.Name}.{Enum.GetName(type, value) ?? value}",
            string text => $"\"{text}\"",
            bool truth => truth ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };

    private static string Nullable(ParameterInfo parameter) =>
        Name(parameter.ParameterType)
        + (IsNullable(parameter.ParameterType, () => new NullabilityInfoContext().Create(parameter)) ? "?" : "");

    private static string Nullable(PropertyInfo property) =>
        Name(property.PropertyType) + (IsNullable(property.PropertyType, () => new NullabilityInfoContext().Create(property)) ? "?" : "");

    // A type parameter may stand for a nullable type wherever it stands: that says nothing.
    private static bool IsNullable(Type type, Func<NullabilityInfo> nullability) =>
        type is { IsValueType: false, IsGenericParameter: false, IsByRef: false } && nullability().ReadState == NullabilityState.Nullable;

    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
    };

    private static string Name(Type type) =>
        type.IsByRef ? Name(type.GetElementType()!)
        : type.IsPointer ? Name(type.GetElementType()!) + "*"
        : type.IsArray ? $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]"
        : System.Nullable.GetUnderlyingType(type) is { } value ? Name(value) + "?"
        : s_keywords.TryGetValue(type, out var keyword) ? keyword
        : Plain(type.Name) + Arguments(type);

    private static string Full(Type type) =>
        Plain(type.IsGenericType ? type.GetGenericTypeDefinition().FullName! : type.FullName!) + Arguments(type);

    // Without the number of type parameters, which are written out.
    private static string Plain(string name) => System.Text.RegularExpressions.Regex.Replace(name, "`[0-9]+", "");

    private static string Arguments(Type type) =>
        type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : "";
}
