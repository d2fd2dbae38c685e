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

    // Functions of the core that have a method of another name.
    private static readonly Dictionary<string, string> s_renamed = new()
    {
        // Overloads: of one tensor and of several.
        ["valueAndGrads"] = nameof(Diff.ValueAndGrad),
    };

    // Defaults of the core that several functions share.
    private static readonly Dictionary<string, string[]> s_sharedDefaults = new() { ["DistanceP"] = ["cdist", "pdist"] };

    // Fields of options that a loss has no use for.
    private static readonly (string Loss, string Field)[] s_idle =
    [
        // Its logits are a product of matrices: the classes are always the last axis.
        ("linearCrossEntropy", "classAxis"),
    ];

    // Functions of the core that are another form of one that has a method: nothing of theirs is missing in C#.
    private static readonly Dictionary<string, string> s_forms = new()
    {
        // ValueAndGradient over spans.
        ["crossEntropyKernel"] = nameof(Loss.CrossEntropy),
        ["nllKernel"] = nameof(Loss.NLL),
        ["tripletMarginKernel"] = nameof(Loss.TripletMargin),
        // What the methods ask of their arguments when a loss is made.
        ["checkCosineMargin"] = nameof(Loss.CosineEmbedding),
        ["checkTripletMargin"] = nameof(Loss.TripletMarginWithDistance),
        ["checkMultiMargin"] = nameof(Loss.MultiMargin),
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
    public void Every_method_is_a_function_of_the_core() =>
        Assert.Empty(
            Methods(typeof(Loss))
                .Where(method => !Core.Modules.SelectMany(Core.Functions).Any(function => Matches(function, method)))
                .Select(method => method.Name)
        );

    [Fact]
    public void Every_argument_is_a_hyperparameter_of_the_core_or_a_step_after_it() =>
        Assert.Empty(
            from method in Makers
            let known = Core.Losses.Where(loss => Matches(loss, method)).SelectMany(Arguments).Select(argument => argument.Name).ToArray()
            from parameter in method.GetParameters()
            where !known.Contains(parameter.Name) && !s_steps.Contains(parameter.Name)
            select $"Loss.{method.Name}: {parameter.Name}"
        );

    [Fact]
    public void Every_other_function_of_the_core_has_a_method_with_the_same_parameters() =>
        Assert.Empty(
            from function in Core.Modules.SelectMany(Core.Functions)
            where !Core.IsLoss(function) && !s_forms.ContainsKey(function.Name)
            where !CSharpMethods().Any(method => Matches(function, method) && HasParameters(method, function))
            select $"{function.DeclaringType!.Name}.{function.Name}"
        );

    [Fact]
    public void Every_loss_that_is_evaluated_at_once_has_the_same_parameters() =>
        Assert.Empty(
            from method in Methods(typeof(Loss)).Except(Makers)
            where !Core.Modules.SelectMany(Core.Functions).Any(function => Matches(function, method) && HasParameters(method, function))
            select $"Loss.{method.Name}"
        );

    [Fact]
    public void Every_default_of_the_core_is_that_of_the_method() =>
        Assert.Empty(
            from module in Core.Modules
            from literal in Core.Literals(module)
            let value = literal.GetRawConstantValue()
            let defaults = ArgumentsOf(literal, module).Select(argument => argument.RawDefaultValue).ToArray()
            where defaults.Length == 0 || defaults.Any(given => !Equals(given, value))
            select $"{module.Name}.{literal.Name} is {value}, but the method's is {string.Join(", ", defaults)}"
        );

    [Fact]
    public void Every_default_of_a_method_is_that_of_the_core() =>
        Assert.Empty(
            from method in CSharpMethods()
            from parameter in method.GetParameters()
            where parameter is { HasDefaultValue: true, RawDefaultValue: not null } && !s_steps.Contains(parameter.Name)
            where !Core.Modules.Any(module => Core.Literals(module).Any(literal => ArgumentsOf(literal, module).Contains(parameter)))
            select $"{method.DeclaringType!.Name}.{method.Name}: {parameter.Name} = {parameter.RawDefaultValue}"
        );

    [Fact]
    public void Every_option_but_a_definition_can_be_left_out() =>
        Assert.Equal(
            ["Pointwise3: loss", "Pointwise: loss", "TripletMarginWithDistance: distance"],
            (
                from method in Makers
                from parameter in method.GetParameters()
                where !parameter.HasDefaultValue
                select $"{method.Name}: {parameter.Name}"
            ).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Every_reduction_is_mean_where_none_is_given() =>
        Assert.All(
            Makers,
            method => Assert.Equal(Reduction.Mean, (Reduction)method.GetParameters().Single(p => p.Name == "reduction").DefaultValue!)
        );

    public static TheoryData<string> Optional =>
        [
            .. Core
                .Losses.Where(loss => Makers.Any(method => Matches(loss, method) && method.GetParameters().All(p => p.HasDefaultValue)))
                .Select(loss => loss.Name),
        ];

    [Theory]
    [MemberData(nameof(Optional))]
    public void Without_options_it_is_the_loss_of_the_core_with_its_defaults(string name)
    {
        var function = Core.Function(name);
        var method = Makers.Single(method => Matches(function, method));
        var loss = method.Invoke(null, [.. method.GetParameters().Select(_ => Type.Missing)])!;
        var defaults = Core.Hyperparameters(function)
            .Select(parameter =>
                Core.IsRecord(parameter.ParameterType) ? Core.DefaultOf(parameter.ParameterType)
                : parameter.ParameterType == typeof(Weights) ? Weights.None
                : Core.Literals(function.DeclaringType!)
                    .Single(literal => IsDefault(literal, function, parameter.Name!))
                    .GetRawConstantValue()
            );
        var parameters = Core.Data(function).ToArray();
        object[] data = s_data.TryGetValue(name, out var own) ? own : [.. parameters.Select((parameter, i) => Sample(parameter, i))];
        var expected = FSharp.Reduce.mean(Core.Values<DiffTensor<double>>(name, [.. defaults, .. data]));
        // The method's own order where the names are the same; else that of the core, reversed.
        var evaluate = loss.GetType()
            .GetMethods()
            .Where(evaluate => evaluate.Name == nameof(TensorLoss.Evaluate))
            .Select(evaluate => evaluate.MakeGenericMethod(typeof(DiffTensor<double>)))
            .Single(evaluate =>
                evaluate.GetParameters().Length == data.Length
                && (data.OfType<Labels>().Any() == evaluate.GetParameters().Any(parameter => parameter.ParameterType == typeof(Labels)))
            );
        var names = Names(parameters).ToList();
        object[] arguments = Names(evaluate.GetParameters()).ToHashSet().SetEquals(names)
            ? [.. Names(evaluate.GetParameters()).Select(parameter => data[names.IndexOf(parameter)])]
            : [.. data.Reverse()];
        Assert.Equal(expected.ToScalar(), ((DiffTensor<double>)evaluate.Invoke(loss, arguments)!).ToScalar());
    }

    // The ignored label and the two axes tell defaults apart.
    private static object Sample(ParameterInfo parameter, int seed) =>
        parameter.ParameterType == typeof(Labels) ? new Labels(2, -100, 0, 1) : Samples.Probabilities<double>([4, 3], seed);

    // What other losses are evaluated on, in the order of the core.
    private static readonly Dictionary<string, object[]> s_data = new()
    {
        ["multiMargin"] = [new Labels(2, 1, 0, 1), Samples.Numbers<double>([4, 3], 1)],
        ["multiLabelMargin"] = [new Labels([0, -1, 1, 2, 1, -1], [2, 3]), Samples.Numbers<double>([2, 3], 1)],
        ["hingeEmbedding"] = [DiffTensor.Create(1.0, -1, -1), DiffTensor.Create(0.5, 0.2, 3)],
        ["softMargin"] = [DiffTensor.Create(1.0, -1, -1), DiffTensor.Create(0.5, 0.2, 3)],
        ["marginRanking"] = [DiffTensor.Create(1.0, -1), DiffTensor.Create(0.5, 0.2), DiffTensor.Create(0.1, 0.7)],
        ["cosineEmbedding"] = [DiffTensor.Create(1.0, -1), Samples.Numbers<double>([2, 3], 1), Samples.Numbers<double>([2, 3], 2)],
        ["linearCrossEntropy"] =
        [
            new Labels(2, -100, 0, 1),
            Samples.Numbers<double>([3], 1),
            Samples.Numbers<double>([3, 2], 2),
            Samples.Numbers<double>([4, 2], 3),
        ],
        ["ctc"] =
        [
            new[] { 6, 5 },
            new[] { 2, 1 },
            new Labels([1, 2, 2, 1], [2, 2]),
            Activations.LogSoftmax(Samples.Numbers<double>([6, 2, 3], 1), 2),
        ],
    };

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
        from problem in method is null ? [$"{loss.Name}: Loss has no method of that name"]
        : !Makers.Contains(method) ? []
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
            )
            .Where(argument => !s_idle.Contains((loss.Name, argument.Item1)));

    private static bool IsArgument(ParameterInfo parameter, (string Name, Type Type) argument) =>
        parameter.Name == argument.Name
        && (
            (Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType) == argument.Type
            || parameter.ParameterType.IsGenericParameter && argument.Type.IsGenericParameter
            || parameter.ParameterType == typeof(Distance) && Core.IsFunction(argument.Type)
        );

    private static bool Matches(MethodInfo function, MethodInfo method) =>
        string.Equals(
            s_shared.GetValueOrDefault(function.Name, s_renamed.GetValueOrDefault(function.Name, function.Name)),
            method.Name,
            StringComparison.OrdinalIgnoreCase
        );

    // The names are those of the function; a loss is reduced besides. What is one parameter of many in C# may be a plural in F#.
    private static bool HasParameters(MethodInfo method, MethodInfo function) =>
        Names(method.GetParameters())
            .Where(name => !Core.IsLoss(function) || name != "reduction")
            .ToHashSet()
            .SetEquals(Names(function.GetParameters()).Select(name => s_renamed.ContainsKey(function.Name) ? name.TrimEnd('s') : name));

    // The arguments whose default a literal is: HuberDelta is that of huber's delta.
    private static IEnumerable<ParameterInfo> ArgumentsOf(FieldInfo literal, Type module) =>
        from function in Core.Functions(module)
        from method in CSharpMethods()
        where Matches(function, method)
        from parameter in method.GetParameters()
        where IsDefault(literal, function, parameter.Name!)
        select parameter;

    private static bool IsDefault(FieldInfo literal, MethodInfo function, string parameter) =>
        string.Equals(literal.Name, function.Name + parameter, StringComparison.OrdinalIgnoreCase)
        || s_sharedDefaults.TryGetValue(literal.Name, out var sharers)
            && sharers.Contains(function.Name)
            && literal.Name.EndsWith(parameter, StringComparison.OrdinalIgnoreCase);

    // Methods that make a loss; the others evaluate one at once.
    private static IEnumerable<MethodInfo> Makers => Methods(typeof(Loss)).Where(method => !method.ReturnType.IsGenericParameter);

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
