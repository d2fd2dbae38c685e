using System.Globalization;
using System.Numerics;
using System.Reflection;
using Microsoft.FSharp.Reflection;
using Xunit;

namespace Losses.Tests;

/// <summary>Every public member with null, wrong ranks, empty and huge shapes, and numbers of no use: it gives a result, or refuses an argument by name, in the same
/// words in every culture.</summary>
public class EveryMember
{
    private static readonly Assembly[] s_libraries =
    [
        typeof(Shape).Assembly,
        typeof(FSharp.Reducing).Assembly,
        typeof(CSharp.Loss).Assembly,
    ];

    // What the documentation promises of members that have no argument to blame.
    private static readonly (string Member, Type Exception)[] s_promised =
    [
        ("DiffTensor`1.ToScalar", typeof(InvalidOperationException)),
        ("DiffTensor`1.Transpose", typeof(InvalidOperationException)),
        // Where nothing counts and the caller has asked for it.
        ("Reduce.using", typeof(InvalidOperationException)),
        ("Reductions.Mean", typeof(InvalidOperationException)),
        ("Reductions.BatchMean", typeof(InvalidOperationException)),
        ("Reductions.PerSample", typeof(InvalidOperationException)),
    ];

    // F# writes its records out in its own way.
    private static readonly HashSet<string> s_recordTexts =
    [
        .. from type in typeof(FSharp.Reducing).Assembly.GetExportedTypes()
        where FSharpType.IsRecord(type, null)
        select $"{type.Name}.ToString",
    ];

    [Fact]
    public void Refuses_by_name_or_gives_a_result() => Child.Runs(Walk, seconds: 300, megabytes: 1000);

    private static void Walk()
    {
        Threads.Max = 2;
        var findings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var calls = 0;
        foreach (var member in Members())
        {
            var name = Name(member);
            var start = Environment.TickCount64;
            try
            {
                var call = Callable.Of(member);
                foreach (var arguments in Arguments.For(call.Types, call.HasInstance))
                {
                    calls++;
                    if (Finding(name, call, arguments) is { } finding)
                        findings.TryAdd($"{name}: {finding}", Text(call, arguments).ReplaceLineEndings(" "));
                }
            }
            catch (NotSupportedException e)
            {
                findings.TryAdd($"{name} was not called", e.Message);
            }
            if (Environment.TickCount64 - start > 2000)
                Console.WriteLine($"{name} took {Environment.TickCount64 - start} ms");
        }
        Assert.True(calls > 20_000, $"there were {calls} calls only.");
        Assert.True(
            findings.Count == 0,
            $"{findings.Count} findings in {calls} calls\n{string.Join('\n', findings.Select(finding => $"{finding.Key}  {finding.Value}"))}"
        );
    }

    private static string? Finding(string name, Callable call, object?[] arguments)
    {
        var (said, finding) = Said(name, call, arguments);
        // Numbers have another look in each culture; what is said has not.
        if (
            finding is null
            && said is not null
            && !s_recordTexts.Contains(name)
            && Elsewhere(() => Said(name, call, arguments).Text) is var there
            && there != said
        )
            return $"elsewhere says {there?.ReplaceLineEndings(" ")}";
        return finding;
    }

    // The text that the call gives, or that of its refusal; and what is wrong with it.
    private static (string? Text, string? Finding) Said(string name, Callable call, object?[] arguments)
    {
        try
        {
            return (call.Invoke(arguments) as string, null);
        }
        catch (ArgumentException e)
        {
            return (e.Message, IsNamed(name, call, arguments, e) ? null : $"{e.GetType().Name} names {e.ParamName}");
        }
        catch (OperationCanceledException) when (arguments.Contains(Arguments.Cancelled))
        {
            return (null, null);
        }
        catch (OutOfMemoryException) when (arguments.Any(Arguments.IsHuge))
        {
            return (null, null);
        }
        catch (Exception e)
        {
            return s_promised.Contains((name, e.GetType()))
                ? (e.Message, null)
                : (e.Message, $"{e.GetType().Name}, {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}");
        }
    }

    // Where a minus is no hyphen, a comma separates the digits, and NaN is a word, as in some cultures each is.
    private static readonly CultureInfo s_elsewhere = new(CultureInfo.InvariantCulture.Name)
    {
        NumberFormat = new()
        {
            NegativeSign = "\u2212",
            PositiveSign = "plus",
            NumberDecimalSeparator = "\u066B",
            NumberGroupSeparator = "'",
            NaNSymbol = "keine Zahl",
            PositiveInfinitySymbol = "unendlich",
            NegativeInfinitySymbol = "\u2212unendlich",
        },
    };

    private static T Elsewhere<T>(Func<T> call)
    {
        var here = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = s_elsewhere;
        try
        {
            return call();
        }
        finally
        {
            CultureInfo.CurrentCulture = here;
        }
    }

    private static bool IsNamed(string member, Callable call, object?[] arguments, ArgumentException e)
    {
        var name = (e.ParamName ?? "").Split('.', '[')[0];
        return call.Names.Contains(name)
            || (
                name.Length > 0
                && (
                    // A caller may say what a parameter is called.
                    arguments.Contains(name)
                    // The operands of a loss are known by the names that the loss has for them.
                    || (
                        e is ArgumentOutOfRangeException
                        && arguments.Any(value => value is LossValues<DiffTensor<double>> or LossValues<DiffTensor<float>>)
                    )
                    // The vocabulary of definitions is inlined into kernels: there the operation refuses.
                    || s_vocabulary.Any(type => member.StartsWith(type + ".", StringComparison.Ordinal))
                )
            );
    }

    private static readonly string[] s_vocabulary = ["Notation", "Dual`1", "Added`2", "Scaled`1"];

    private static string Text(Callable call, object?[] arguments) =>
        $"({string.Join(", ", call.Types.Zip(arguments, (type, value) => Arguments.Text(value)))})";

    private static string Name(MethodBase member) => $"{member.DeclaringType!.Name}.{member.Name}";

    /// <summary>Everything that can be called from outside, with type arguments.</summary>
    internal static IEnumerable<MethodBase> Members()
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        foreach (var type in s_libraries.SelectMany(library => library.GetExportedTypes()))
        {
            // What the compiler writes for operators of others' types has no body; enumerations have no members of their own.
            if (type.IsInterface || type.IsEnum || type.FullName!.Contains("<G>$", StringComparison.Ordinal))
                continue;
            foreach (var closed in Closed(type, type.GetGenericArguments(), arguments => type.MakeGenericType(arguments)))
            {
                foreach (var constructor in closed.GetConstructors(Declared))
                    yield return constructor;
                foreach (var method in closed.GetMethods(Declared))
                foreach (var known in Closed(method, method.GetGenericArguments(), method.MakeGenericMethod))
                    yield return known;
            }
        }
    }

    // With every storage type, and for a definition one of each kind.
    private static IEnumerable<M> Closed<M>(M open, Type[] parameters, Func<Type[], M> close)
    {
        if (parameters.Length == 0 || !parameters[0].IsGenericParameter)
            return [open];
        return new[] { typeof(double), typeof(float) }
            .Select(storage => parameters.Select(parameter => Argument(parameter, storage)).ToArray())
            .DistinctBy(arguments => string.Join(",", arguments.Select(argument => argument.FullName)))
            .Select(arguments => close(arguments))
            .ToArray();
    }

    private static Type Argument(Type parameter, Type storage)
    {
        Type[] constraints = parameter.GetGenericParameterConstraints();
        bool Is(Type type) =>
            constraints.Any(constraint => (constraint.IsGenericType ? constraint.GetGenericTypeDefinition() : constraint) == type);
        return Is(typeof(ITensor<>)) ? typeof(DiffTensor<>).MakeGenericType(storage)
            : Is(typeof(IReal<>)) ? (storage == typeof(double) ? typeof(Real) : typeof(DiffTensor<double>))
            : Is(typeof(IPointwise)) || Is(typeof(IDefinition)) ? typeof(Huber)
            : Is(typeof(IPointwise3)) ? typeof(GaussianNLL)
            : Is(typeof(ILabelled)) ? typeof(CrossEntropy)
            : Is(typeof(IVectors3)) ? typeof(TripletMargin)
            : Is(typeof(ISums)) ? typeof(Overlap)
            : Is(typeof(ISoftmaxRows)) ? typeof(Focal)
            : Is(typeof(ISoftmaxDivergence)) ? typeof(KLDivOfLogits)
            : Is(typeof(IPairs)) ? typeof(RankNet)
            : Is(typeof(IFloatingPointIeee754<>)) ? storage
            // Records of tensors, and what a function gives.
            : typeof(DiffTensor<>).MakeGenericType(storage);
    }
}
