using System.Reflection;
using Losses.Catalogue;
using Losses.CSharp;
using Xunit;

namespace Losses.Tests;

/// <summary>Each function of the catalogue, called as C# has it with the same arguments, gives the same bits, and refuses what it cannot take.</summary>
public class CatalogueAgrees
{
    public static TheoryData<string> All => [.. Catalogue.Catalogue.all.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public void The_method_is_the_function(string name)
    {
        var entry = Catalogue.Catalogue.find(name);
        foreach (var batch in Batches(entry))
        {
            var tensors = Tensors(batch);
            var expected = entry.Call.Of(tensors, batch.Labels);
            switch (Invoke(entry, batch, tensors))
            {
                case LossValues<DiffTensor<double>> actual:
                    Near.Same(expected.Values, actual.Values);
                    Near.Same(expected.Weights, actual.Weights);
                    Near.Same(expected.MeanValues, actual.MeanValues);
                    break;
                case var actual:
                    Near.Same(expected.Values, Assert.IsType<DiffTensor<double>>(actual));
                    break;
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_tensor_that_is_null_is_named(string name)
    {
        var entry = Catalogue.Catalogue.find(name);
        var batch = Batches(entry).First();
        foreach (var parameter in Method(entry, batch).GetParameters())
            if (entry.Operands.Any(operand => operand.Name == parameter.Name))
            {
                var error = Assert.Throws<ArgumentNullException>(() => Invoke(entry, batch, Tensors(batch), (parameter.Name!, null)));
                Assert.Equal(parameter.Name, error.ParamName);
            }
    }

    // What is laid out for itself has a shape of its own that it must have.
    [Theory]
    [MemberData(nameof(All))]
    public void A_tensor_of_another_rank_is_refused(string name)
    {
        var entry = Catalogue.Catalogue.find(name);
        var batch = Batches(entry).First();
        var tensors = Tensors(batch);
        foreach (var (operand, tensor) in entry.Operands.Zip(tensors))
            if (
                entry.Operands.Length > 1
                && operand.Name != "variance"
                && Method(entry, batch).GetParameters().Any(p => p.Name == operand.Name)
            )
            {
                var deeper = DiffTensor<double>.Reshape(tensor, [1, 1, 1, .. tensor.Shape.ToArray()]);
                var error = Assert.ThrowsAny<ArgumentException>(() => Invoke(entry, batch, tensors, (operand.Name, deeper)));
                Assert.Contains(error.ParamName, entry.Operands.Select(other => other.Name).Append("labels"));
                Assert.Contains(deeper.Shape.ToString(), error.Message);
            }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_hyperparameter_that_is_NaN_is_named(string name)
    {
        var entry = Catalogue.Catalogue.find(name);
        var batch = Batches(entry).First();
        foreach (var parameter in Method(entry, batch).GetParameters())
            if ((Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType) == typeof(double))
            {
                var error = Assert.Throws<ArgumentOutOfRangeException>(() =>
                    Invoke(entry, batch, Tensors(batch), (parameter.Name!, double.NaN))
                );
                Assert.Equal(parameter.Name, error.ParamName);
            }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_label_that_is_no_class_is_named(string name)
    {
        var entry = Catalogue.Catalogue.find(name);
        var batch = Batches(entry).First();
        if (Arguments(entry, batch).TryGetValue("labels", out var given) && given is Labels labels)
            foreach (var label in (int[])[1_000_000, int.MinValue])
            {
                int[] indices = [label, .. labels.Indices[1..]];
                var error = Assert.Throws<ArgumentOutOfRangeException>(() =>
                    Invoke(entry, batch, Tensors(batch), ("labels", new Labels(indices.AsSpan(), labels.Shape)))
                );
                Assert.Equal("labels", error.ParamName);
                Assert.Contains($"{label}", error.Message);
            }
    }

    [Fact]
    public void Every_option_is_given_by_an_entry_or_a_use()
    {
        var given = Catalogue
            .Catalogue.all.SelectMany(entry =>
            {
                var batch = Batches(entry).First();
                var method = Method(entry, batch);
                return Arguments(entry, batch).Keys.Select(argument => $"{method.DeclaringType!.Name}.{method.Name}: {argument}");
            })
            .ToHashSet();
        Assert.Empty(
            from method in Methods()
            from parameter in method.GetParameters()
            where parameter.HasDefaultValue
            let option = $"{method.DeclaringType!.Name}.{method.Name}: {parameter.Name}"
            where !given.Contains(option) && !UsesAgree.Uses(method, parameter)
            select option
        );
    }

    private static IEnumerable<MethodInfo> Methods() =>
        ((Type[])[typeof(Loss), typeof(Similarity), typeof(Activations)]).SelectMany(type =>
            type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        );

    private static IEnumerable<Batch> Batches(Entry entry)
    {
        var width = entry.Widths.Last();
        yield return Batch.Ordinary(entry, seed: 1, FormatModule.float64, entry.IsWhole ? 1 : 3, width);
        yield return Batch.Drawn(entry, seed: 2, FormatModule.float64, entry.IsWhole ? 1 : 7, width);
    }

    private static DiffTensor<double>[] Tensors(Batch batch) =>
        Array.ConvertAll(batch.Inputs, input => new DiffTensor<double>(input.Item1, input.Item2));

    private static Dictionary<string, object?> Arguments(Entry entry, Batch batch) =>
        entry.Arguments.Invoke(Tensors(batch)).Invoke(batch.Labels).ToDictionary(pair => pair.Item1, pair => pair.Item2);

    // The method of that name that has all arguments, and needs no others.
    private static MethodInfo Method(Entry entry, Batch batch)
    {
        var names = Arguments(entry, batch).Keys.Concat(entry.Operands.Select(operand => operand.Name)).ToHashSet();
        var arguments = Arguments(entry, batch).Keys;
        return Methods()
            .Single(method =>
                string.Equals(method.Name, Parity.NameOf(entry.Function), StringComparison.OrdinalIgnoreCase)
                && method.GetParameters().All(parameter => parameter.HasDefaultValue || names.Contains(parameter.Name!))
                && arguments.All(name => method.GetParameters().Any(parameter => parameter.Name == name))
            )
            .MakeGenericMethod(typeof(DiffTensor<double>));
    }

    private static object? Invoke(Entry entry, Batch batch, DiffTensor<double>[] tensors, (string Name, object? Value)? change = null)
    {
        var arguments = Arguments(entry, batch);
        foreach (var (operand, tensor) in entry.Operands.Zip(tensors))
            arguments[operand.Name] = tensor;
        if (change is var (name, value))
            arguments[name] = value;
        var method = Method(entry, batch);
        try
        {
            return method.Invoke(
                null,
                [.. method.GetParameters().Select(p => arguments.TryGetValue(p.Name!, out var given) ? given : p.DefaultValue)]
            );
        }
        catch (TargetInvocationException exception)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception.InnerException!);
            throw;
        }
    }
}
