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
        // Overloads: the target's type says which.
        ["crossEntropyWithProbabilities"] = nameof(Loss.CrossEntropy),
        ["focalWithProbabilities"] = nameof(Loss.Focal),
        ["poly1WithProbabilities"] = nameof(Loss.Poly1),
        ["sparsemaxLossWithProbabilities"] = nameof(Loss.SparsemaxLoss),
        ["entmax15LossWithProbabilities"] = nameof(Loss.Entmax15Loss),
        ["softmaxRowsWithTargets"] = nameof(Loss.SoftmaxRows),
        ["softmaxRowsWithLogits"] = nameof(Loss.SoftmaxRows),
        ["diceWithLabels"] = nameof(Loss.Dice),
        ["jaccardWithLabels"] = nameof(Loss.Jaccard),
        ["tverskyWithLabels"] = nameof(Loss.Tversky),
        ["generalizedDiceWithLabels"] = nameof(Loss.GeneralizedDice),
    };

    // Functions of the core that have a method of another name.
    private static readonly Dictionary<string, string> s_renamed = new()
    {
        // Overloads: of one tensor and of several.
        ["valueAndGrads"] = nameof(Diff.ValueAndGrad),
    };

    // Defaults of the core that several functions share.
    private static readonly Dictionary<string, string[]> s_sharedDefaults = new()
    {
        ["DistanceP"] = ["cdist", "pdist"],
        ["EvidentialAnnealing"] = ["evidentialMSE", "evidentialLog", "evidentialDigamma"],
        ["Poly1Epsilon"] = ["poly1", "poly1WithProbabilities"],
        ["AdversarialForm"] = ["criticOfReal", "criticOfFake", "generator"],
        ["GeneralizedDiceWeight"] = ["generalizedDice", "generalizedDiceWithLabels"],
        ["TverskyAlpha"] = ["tversky", "tverskyWithLabels"],
        ["TverskyBeta"] = ["tversky", "tverskyWithLabels"],
        ["TverskyGamma"] = ["tversky", "tverskyWithLabels"],
    };

    // Fields of options that a loss has no use for.
    private static readonly (string Loss, string Field)[] s_idle =
    [
        // Its logits are a product of matrices: the classes are always the last axis.
        ("linearCrossEntropy", "classAxis"),
        ("cappedLinearCrossEntropy", "classAxis"),
        ("linearJensenShannon", "classAxis"),
        // There is no label.
        ("crossEntropyWithProbabilities", "ignoreIndex"),
        ("focalWithProbabilities", "ignoreIndex"),
        ("poly1WithProbabilities", "ignoreIndex"),
        ("softmaxRowsWithTargets", "ignoreIndex"),
        ("dice", "ignoreIndex"),
        ("jaccard", "ignoreIndex"),
        ("tversky", "ignoreIndex"),
        ("matthews", "ignoreIndex"),
        ("generalizedDice", "ignoreIndex"),
        // It has no squared form.
        ("matthews", "squared"),
        ("generalizedDice", "squared"),
        ("generalizedDiceWithLabels", "squared"),
        ("tversky", "squared"),
        ("tverskyWithLabels", "squared"),
    ];

    [Fact]
    public void Every_loss_of_the_core_has_a_method() => Assert.Empty(Missing(Core.Losses));

    [Fact]
    public void A_loss_without_a_method_is_noticed() =>
        Assert.Equal(
            ["novel: Loss has no method of that name on target, prediction"],
            Missing([typeof(Unfaced).GetMethod(nameof(Unfaced.novel), BindingFlags.Static | BindingFlags.NonPublic)!])
        );

    [Fact]
    public void A_loss_without_a_hyperparameter_is_noticed() =>
        Assert.Equal(
            ["huber: Loss.Huber has no argument gamma of type Double"],
            Missing([typeof(Unfaced).GetMethod(nameof(Unfaced.huber), BindingFlags.Static | BindingFlags.NonPublic)!])
        );

    [Fact]
    public void A_loss_whose_prediction_is_not_first_is_noticed() =>
        Assert.Equal(
            ["mse: Loss.MSE has prediction first, not target"],
            Missing([typeof(Unfaced).GetMethod(nameof(Unfaced.mse), BindingFlags.Static | BindingFlags.NonPublic)!])
        );

    [Fact]
    public void Every_method_is_a_function_of_the_core() =>
        Assert.Empty(
            Methods(typeof(Loss))
                .Where(method => !Core.Modules.SelectMany(Core.Functions).Any(function => Matches(function, method)))
                .Select(method => method.Name)
        );

    [Fact]
    public void Every_argument_is_a_parameter_of_the_core() =>
        Assert.Empty(
            from method in Methods(typeof(Loss)).Where(method => method.ReturnType.IsGenericType)
            let known = Core
                .Losses.Where(loss => Matches(loss, method))
                .SelectMany(loss => Names(Core.Data(loss)).Concat(Arguments(loss).Select(argument => argument.Name)))
                .ToArray()
            from parameter in method.GetParameters()
            where !known.Contains(parameter.Name)
            select $"Loss.{method.Name}: {parameter.Name}"
        );

    [Fact]
    public void Every_other_function_of_the_core_has_a_method_with_the_same_parameters() =>
        Assert.Empty(
            from function in Core.Modules.SelectMany(Core.Functions)
            where !Core.IsLoss(function)
            // The core's own Formula.Of is C#'s.
            where function.Name != "formula"
            where !CSharpMethods().Any(method => Matches(function, method) && HasParameters(method, function))
            select $"{function.DeclaringType!.Name}.{function.Name}"
        );

    [Fact]
    public void Every_loss_returns_what_that_of_the_core_returns() =>
        Assert.Empty(
            from method in Methods(typeof(Loss))
            where Core.Losses.Any(loss => Matches(loss, method)) && !Core.IsLoss(method)
            select $"Loss.{method.Name}: {method.ReturnType.Name}"
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
            from type in (Type[])[typeof(Loss), typeof(Similarity), typeof(Activations)]
            from method in Methods(type)
            from parameter in method.GetParameters()
            where parameter is { HasDefaultValue: true, RawDefaultValue: not null }
            where !Core.Modules.Any(module => Core.Literals(module).Any(literal => ArgumentsOf(literal, module).Contains(parameter)))
            select $"{method.DeclaringType!.Name}.{method.Name}: {parameter.Name} = {parameter.RawDefaultValue}"
        );

    [Fact]
    public void Every_option_but_those_that_make_the_loss_can_be_left_out() =>
        Assert.Equal(
            [
                "alphaDivergence: alpha",
                "chiSquared: kind",
                "cox: durations",
                "entropyOfLogits: classAxis",
                "fenchelYoung: maxFunction",
                "ldam: counts",
                "listMLE: target",
                "logitAdjustment: prior",
                "maximumMeanDiscrepancy: sigmas",
                "pairs: loss",
                "pinballOfLevels: levels",
                "pointwise3: loss",
                "pointwise: loss",
                "renyiDivergence: alpha",
                "softmaxRows: loss",
                "softmaxRowsWithLogits: loss",
                "softmaxRowsWithTargets: loss",
                "sums: loss",
                "tripletMarginWithDistance: distance",
                "tsallisDivergence: q",
                "weightedIntervalScore: alphas",
                "weightedPairs: loss",
                "zLoss: classAxis",
            ],
            (
                from loss in Core.Losses
                from method in Methods(typeof(Loss))
                where Matches(loss, method)
                from parameter in method.GetParameters()
                where !parameter.HasDefaultValue && !Names(Core.Data(loss)).Contains(parameter.Name)
                select $"{loss.Name}: {parameter.Name}"
            ).Order(StringComparer.Ordinal)
        );

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
        from problem in method is null ? [$"{loss.Name}: Loss has no method of that name on {string.Join(", ", Names(Core.Data(loss)))}"]
        : method.GetParameters()[0].Name != loss.GetParameters()[^1].Name
            ? [$"{loss.Name}: Loss.{method.Name} has {method.GetParameters()[0].Name} first, not {loss.GetParameters()[^1].Name}"]
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
            || typeof(Delegate).IsAssignableFrom(parameter.ParameterType) && Core.IsFunction(argument.Type)
        );

    /// <summary>The name that a function of the core has in C#, but for capitals.</summary>
    internal static string NameOf(string function) => s_shared.GetValueOrDefault(function, s_renamed.GetValueOrDefault(function, function));

    // Of overloads, the one on the same data.
    private static bool Matches(MethodInfo function, MethodInfo method) =>
        string.Equals(NameOf(function.Name), method.Name, StringComparison.OrdinalIgnoreCase)
        && (!Core.IsLoss(function) || Names(Core.Data(function)).All(Names(method.GetParameters()).Contains));

    // What is one parameter of many in C# may be a plural in F#.
    private static bool HasParameters(MethodInfo method, MethodInfo function) =>
        Names(method.GetParameters())
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

    private static IEnumerable<MethodInfo> CSharpMethods() =>
        Core.CSharp.GetExportedTypes().Where(type => type is { IsAbstract: true, IsSealed: true }).SelectMany(Methods);

    private static IEnumerable<MethodInfo> Methods(Type type) =>
        type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly);

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

        internal static LossValues<T> mse<T>(T prediction, T target)
            where T : ITensor<T> => new(prediction - target);
    }
}
