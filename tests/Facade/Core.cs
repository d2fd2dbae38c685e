using System.Reflection;
using Microsoft.FSharp.Core;

namespace Losses.Tests;

/// <summary>The F# core by reflection: what the façade is held to.</summary>
internal static class Core
{
    internal static readonly Assembly Numerics = typeof(Shape).Assembly;
    internal static readonly Assembly FSharp = typeof(Losses.FSharp.ClassOptions).Assembly;
    internal static readonly Assembly CSharp = typeof(Losses.CSharp.Loss).Assembly;

    // The language of definitions, and the reductions, which are an argument in C#.
    private static readonly string[] s_forFSharp = ["Notation", "TensorNotation", "Reduce"];

    /// <summary>The public modules that C# mirrors.</summary>
    internal static IEnumerable<Type> Modules =>
        FSharp.GetExportedTypes().Where(type => IsModule(type) && !s_forFSharp.Contains(type.Name));

    internal static bool IsModule(Type type) =>
        type.GetCustomAttribute<CompilationMappingAttribute>() is { } mapping
        && (mapping.SourceConstructFlags & SourceConstructFlags.KindMask) == SourceConstructFlags.Module;

    internal static IEnumerable<MethodInfo> Functions(Type module) =>
        module.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Where(method => !method.IsSpecialName);

    /// <summary>Functions that give values of a loss.</summary>
    internal static IEnumerable<MethodInfo> Losses => Modules.SelectMany(Functions).Where(IsLoss);

    internal static bool IsLoss(MethodInfo function) => IsLossValues(function.ReturnType);

    private static bool IsLossValues(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(LossValues<>);

    /// <summary>The constants of the modules: the defaults.</summary>
    internal static IEnumerable<FieldInfo> Literals(Type module) =>
        module.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral);

    /// <summary>What a loss is given besides its data.</summary>
    internal static IEnumerable<ParameterInfo> Hyperparameters(MethodInfo loss) =>
        loss.GetParameters().Where(parameter => !IsData(parameter.ParameterType, loss.ReturnType.GetGenericArguments()[0]));

    /// <summary>What a loss is evaluated on.</summary>
    internal static IEnumerable<ParameterInfo> Data(MethodInfo loss) =>
        loss.GetParameters().Where(parameter => IsData(parameter.ParameterType, loss.ReturnType.GetGenericArguments()[0]));

    // Tensors, records of them, labels, the lengths of sequences, and whether something happened.
    private static bool IsData(Type type, Type tensor) =>
        type == tensor
        || type == typeof(Labels)
        || type == typeof(int[])
        || type == typeof(bool[])
        || IsRecord(type) && type.GetGenericArguments().Contains(tensor);

    internal static bool IsRecord(Type type) =>
        type.GetCustomAttribute<CompilationMappingAttribute>() is { } mapping
        && (mapping.SourceConstructFlags & SourceConstructFlags.KindMask) == SourceConstructFlags.RecordType;

    internal static PropertyInfo[] Fields(Type record) =>
        [.. record.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.Name != "Tag")];

    internal static object DefaultOf(Type record) => record.GetProperty("Default")!.GetValue(null)!;

    internal static MethodInfo Function(string name) => Modules.SelectMany(Functions).Single(function => function.Name == name);

    internal static bool IsFunction(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(FSharpFunc<,>);

    /// <summary>The values of a loss of the core; its hyperparameters come first, then target and prediction.</summary>
    internal static LossValues<T> Values<T>(string name, params object?[] arguments)
        where T : ITensor<T> => (LossValues<T>)Call<T>(name, arguments);

    /// <summary>The value of a function of the core on tensors.</summary>
    internal static object Call<T>(string name, params object?[] arguments)
    {
        try
        {
            // A pointwise loss comes with a type of its own.
            var function = Function(name);
            var tensor = function.ReturnType.IsGenericParameter ? function.ReturnType : function.ReturnType.GetGenericArguments()[0];
            var types = function.GetGenericArguments().Select(type => type == tensor ? typeof(T) : arguments[0]!.GetType()).ToArray();
            return function.MakeGenericMethod(types).Invoke(null, arguments)!;
        }
        catch (TargetInvocationException exception)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception.InnerException!);
            throw;
        }
    }

    /// <summary>Options of the core: its defaults with some fields changed.</summary>
    internal static object Options(Type record, IReadOnlyDictionary<string, object> changes)
    {
        var fields = Fields(record);
        var known = fields.Select(field => Camel(field.Name)).ToArray();
        Xunit.Assert.All(changes.Keys, name => Xunit.Assert.Contains(name, known));
        var defaults = DefaultOf(record);
        return Activator.CreateInstance(
            record,
            [.. fields.Select(field => changes.TryGetValue(Camel(field.Name), out var value) ? value : field.GetValue(defaults))]
        )!;
    }

    internal static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
