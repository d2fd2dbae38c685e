using System.Reflection;
using Losses.CSharp;
using Xunit;

namespace Losses.Tests;

/// <summary>A C# method for every F# function, with the same parameters and defaults.</summary>
public class Parity
{
    // Functions of the core that share the C# method of another. Anything else has a method of its own name.
    private static readonly Dictionary<string, string> s_shared = new()
    {
        // One method: without posWeight it is bceWithLogits.
        ["balancedBceWithLogits"] = nameof(Loss.BCEWithLogits),
        // One loss object: the target's type says which.
        ["crossEntropyWithProbabilities"] = nameof(Loss.CrossEntropy),
    };

    // Functions of the core that are another form of one that has a method: nothing of theirs is missing in C#.
    private static readonly Dictionary<string, string> s_forms = new()
    {
        // ValueAndGradient over spans.
        ["crossEntropyKernel"] = nameof(Loss.CrossEntropy),
    };

    // What a C# loss takes besides the hyperparameters: the steps that in F# follow the loss.
    private static readonly string[] s_steps = ["weights", "reduction"];

    [Fact]
    public void Every_loss_of_the_core_has_a_method() => Assert.Empty(Missing(Core.Losses));

    [Fact]
    public void A_loss_without_a_method_is_noticed() =>
        Assert.Equal(
            ["novel: Loss has no method of that name"],
            Missing([typeof(Unfaced).GetMethod(nameof(Unfaced.novel), BindingFlags.Static | BindingFlags.NonPublic)!])
        );

    [Fact]
    public void A_loss_without_a_hyperparameter_is_noticed() =>
        Assert.Equal(
            ["huber: Loss.Huber has no argument gamma of type Double"],
            Missing([typeof(Unfaced).GetMethod(nameof(Unfaced.huber), BindingFlags.Static | BindingFlags.NonPublic)!])
        );

    [Fact]
    public void Every_method_is_a_loss_of_the_core() =>
        Assert.Empty(Methods(typeof(Loss)).Where(method => !Core.Losses.Any(loss => Matches(loss, method))).Select(method => method.Name));

    [Fact]
    public void Every_argument_is_a_hyperparameter_of_the_core_or_a_step_after_it() =>
        Assert.Empty(
            from method in Methods(typeof(Loss))
            let known = Core.Losses.Where(loss => Matches(loss, method)).SelectMany(Arguments).Select(argument => argument.Name).ToArray()
            from parameter in method.GetParameters()
            where !known.Contains(parameter.Name) && !s_steps.Contains(parameter.Name)
            select $"Loss.{method.Name}: {parameter.Name}"
        );

    [Fact]
    public void Every_other_function_of_the_core_has_a_method_with_the_same_parameters() =>
        Assert.Empty(
            from module in Core.Modules
            from function in Core.Functions(module)
            where !Core.IsLoss(function) && !s_forms.ContainsKey(function.Name)
            let method = Methods(Core.CSharp.GetType("Losses.CSharp." + module.Name)).SingleOrDefault(method => Matches(function, method))
            where method is null || !Names(function.GetParameters()).ToHashSet().SetEquals(Names(method.GetParameters()))
            select $"{module.Name}.{function.Name}"
        );

    [Fact]
    public void Every_default_of_the_core_is_that_of_the_method() =>
        Assert.Empty(
            from module in Core.Modules
            from literal in Core.Literals(module)
            let argument = ArgumentOf(literal, module)
            where argument is null || !Equals(argument.RawDefaultValue, literal.GetRawConstantValue())
            select $"{module.Name}.{literal.Name} is {literal.GetRawConstantValue()}, but the argument's default is {argument?.RawDefaultValue ?? "missing"}"
        );

    [Fact]
    public void Every_default_of_a_method_is_that_of_the_core() =>
        Assert.Empty(
            from method in CSharpMethods()
            from parameter in method.GetParameters()
            where parameter is { HasDefaultValue: true, RawDefaultValue: not null } && !s_steps.Contains(parameter.Name)
            where !Core.Modules.Any(module => Core.Literals(module).Any(literal => ArgumentOf(literal, module) == parameter))
            select $"{method.DeclaringType!.Name}.{method.Name}: {parameter.Name} = {parameter.RawDefaultValue}"
        );

    [Fact]
    public void Every_option_can_be_left_out() =>
        Assert.Empty(
            from method in Methods(typeof(Loss))
            where method.Name != nameof(Loss.Pointwise)
            from parameter in method.GetParameters()
            where !parameter.HasDefaultValue
            select $"Loss.{method.Name}: {parameter.Name}"
        );

    [Fact]
    public void Every_reduction_is_mean_where_none_is_given() =>
        Assert.All(
            Methods(typeof(Loss)),
            method => Assert.Equal(Reduction.Mean, (Reduction)method.GetParameters().Single(p => p.Name == "reduction").DefaultValue!)
        );

    public static TheoryData<string> Nameless => [.. Core.Losses.Select(loss => loss.Name).Where(name => name != "pointwise")];

    [Theory]
    [MemberData(nameof(Nameless))]
    public void Without_options_it_is_the_loss_of_the_core_with_its_defaults(string name)
    {
        var function = Core.Function(name);
        var method = Methods(typeof(Loss)).Single(method => Matches(function, method));
        var loss = method.Invoke(null, [.. method.GetParameters().Select(_ => Type.Missing)])!;
        var defaults = Core.Hyperparameters(function)
            .Select(parameter =>
                Core.IsRecord(parameter.ParameterType) ? Core.DefaultOf(parameter.ParameterType)
                : parameter.ParameterType == typeof(Weights) ? Weights.None
                : Core.Literals(function.DeclaringType!)
                    .Single(literal => IsDefault(literal, function, parameter.Name!))
                    .GetRawConstantValue()
            );
        // The ignored label and the two axes tell other defaults apart.
        var prediction = Samples.Probabilities<double>([4, 3], 1);
        object target = Core.Function(name).GetParameters().Any(parameter => parameter.ParameterType == typeof(Labels))
            ? new Labels(2, -100, 0, 1)
            : Samples.Probabilities<double>([4, 3], 2);
        var expected = FSharp.Reduce.mean(Core.Values<DiffTensor<double>>(name, [.. defaults, target, prediction]));
        var actual = (loss, target) switch
        {
            (LabelLoss of, Labels labels) => of.Evaluate(prediction, labels),
            (CrossEntropyLoss of, DiffTensor<double> probabilities) => of.Evaluate(prediction, probabilities),
            (TensorLoss of, DiffTensor<double> values) => of.Evaluate(prediction, values),
            _ => throw new InvalidOperationException($"{method.Name} gives a {loss.GetType()}, which this test does not know."),
        };
        Assert.Equal(expected.ToScalar(), actual.ToScalar());
    }

    [Fact]
    public void No_signature_shows_a_type_of_FSharp() =>
        Assert.Empty(
            from assembly in new[] { Core.Numerics, Core.CSharp }
            from type in assembly.GetExportedTypes()
            from used in TypesIn(type)
            where used.Type.Namespace?.StartsWith("Microsoft.FSharp", StringComparison.Ordinal) ?? false
            select $"{type.FullName}.{used.Member}: {used.Type}"
        );

    // What of the losses has no counterpart in C#, and why.
    private static IEnumerable<string> Missing(IEnumerable<MethodInfo> losses) =>
        from loss in losses
        let method = Methods(typeof(Loss)).SingleOrDefault(method => Matches(loss, method))
        from problem in method is null
            ? [$"{loss.Name}: Loss has no method of that name"]
            : Arguments(loss)
                .Where(argument => !method.GetParameters().Any(parameter => IsArgument(parameter, argument)))
                .Select(argument => $"{loss.Name}: Loss.{method.Name} has no argument {argument.Name} of type {argument.Type.Name}")
        select problem;

    // A hyperparameter is an argument of the same name; so is each field of a record of options.
    private static IEnumerable<(string Name, Type Type)> Arguments(MethodInfo loss) =>
        Core.Hyperparameters(loss)
            .SelectMany(parameter =>
                Core.IsRecord(parameter.ParameterType)
                    ? Core.Fields(parameter.ParameterType).Select(field => (Core.Camel(field.Name), field.PropertyType))
                    : [(parameter.Name!, parameter.ParameterType)]
            );

    private static bool IsArgument(ParameterInfo parameter, (string Name, Type Type) argument) =>
        parameter.Name == argument.Name
        && (
            (Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType) == argument.Type
            || parameter.ParameterType.IsGenericParameter && argument.Type.IsGenericParameter
        );

    private static bool Matches(MethodInfo function, MethodInfo method) =>
        string.Equals(s_shared.GetValueOrDefault(function.Name, function.Name), method.Name, StringComparison.OrdinalIgnoreCase);

    // The argument whose default a literal is: HuberDelta is delta of huber.
    private static ParameterInfo? ArgumentOf(FieldInfo literal, Type module) =>
        (
            from function in Core.Functions(module)
            from method in CSharpMethods()
            where Matches(function, method)
            from parameter in method.GetParameters()
            where IsDefault(literal, function, parameter.Name!)
            select parameter
        ).FirstOrDefault();

    private static bool IsDefault(FieldInfo literal, MethodInfo function, string parameter) =>
        string.Equals(literal.Name, function.Name + parameter, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<MethodInfo> CSharpMethods() =>
        Core.CSharp.GetExportedTypes().Where(type => type is { IsAbstract: true, IsSealed: true }).SelectMany(Methods);

    private static IEnumerable<MethodInfo> Methods(Type? type) =>
        type?.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly) ?? [];

    private static IEnumerable<string> Names(IEnumerable<ParameterInfo> parameters) => parameters.Select(parameter => parameter.Name!);

    private static IEnumerable<(string Member, Type Type)> TypesIn(Type type)
    {
        const BindingFlags All =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var inherited = type.GetInterfaces().Append(type.BaseType ?? typeof(object)).Select(used => ("", used));
        var methods =
            from method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All))
            where method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly
            from used in method
                .GetParameters()
                .Select(parameter => parameter.ParameterType)
                .Concat(method is MethodInfo { ReturnType: var result } ? [result] : [])
                .Concat(method.IsGenericMethod ? method.GetGenericArguments().SelectMany(T => T.GetGenericParameterConstraints()) : [])
            select (method.Name, used);
        var fields = type.GetFields(All).Where(field => field.IsPublic || field.IsFamily).Select(field => (field.Name, field.FieldType));
        return inherited.Concat(methods).Concat(fields).SelectMany(used => Parts(used.Item2).Select(part => (used.Item1, part)));
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type)
        : [type];

    // Losses that C# lacks.
    private static class Unfaced
    {
        internal static LossValues<T> novel<T>(T target, T prediction)
            where T : ITensor<T> => new(prediction - target);

        internal static LossValues<T> huber<T>(double gamma, T target, T prediction)
            where T : ITensor<T> => new(T.Constant(gamma) * (prediction - target));
    }
}
