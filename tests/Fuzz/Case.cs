using System.Numerics;
using System.Reflection;
using Losses.FSharp;

namespace Losses.Tests;

/// <summary>A method of the façade with arguments: tensors as plain numbers, the rest as it is.</summary>
internal sealed record Case(MethodInfo Method, Dictionary<string, object?> Arguments)
{
    /// <summary>The numbers of an adaptive softmax.</summary>
    internal sealed record Adaptive(int[] Cutoffs, Plain Head, Plain HeadBias, (Plain Projection, Plain Output)[] Clusters);

    internal Naive.Options Options => new(Arguments);

    internal Plain Tensor(string name) => (Plain)Arguments[name]!;

    internal int[] Labels => ((Labels)Arguments["labels"]!).Indices.ToArray();

    /// <summary>The parameters that are tensors of numbers.</summary>
    internal string[] Tensors => [.. Arguments.Where(argument => argument.Value is Plain).Select(argument => argument.Key)];

    internal Case With(string name, object? value) => this with { Arguments = new(Arguments) { [name] = value } };

    /// <summary>What the method gives, on tensors of a storage type; one of them may be given as a tensor.</summary>
    internal object Run<S>(string? by = null, DiffTensor<S>? variable = null)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        Type[] types =
        [
            .. Method.GetGenericArguments().Select(type => type.Name == "L" ? Arguments["loss"]!.GetType() : typeof(DiffTensor<S>)),
        ];
        return Generic.Invoke(
            Method.MakeGenericMethod(types),
            null,
            [.. Method.GetParameters().Select(p => p.Name == by ? variable : Lifted<S>(p.ParameterType, Arguments[p.Name!]))]
        )!;
    }

    internal LossValues<DiffTensor<S>> Values<S>(string? by = null, DiffTensor<S>? variable = null)
        where S : unmanaged, IFloatingPointIeee754<S> => (LossValues<DiffTensor<S>>)Run(by, variable);

    private static object? Lifted<S>(Type type, object? argument)
        where S : unmanaged, IFloatingPointIeee754<S> =>
        argument switch
        {
            Plain plain => Lift<S>(plain),
            Adaptive adaptive => new AdaptiveSoftmax<DiffTensor<S>>(
                adaptive.Cutoffs,
                Lift<S>(adaptive.Head),
                Lift<S>(adaptive.HeadBias),
                [
                    .. adaptive.Clusters.Select(cluster => new AdaptiveCluster<DiffTensor<S>>(
                        Lift<S>(cluster.Projection),
                        Lift<S>(cluster.Output)
                    )),
                ]
            ),
            // A distance of vectors that is no norm.
            "distance" => (Func<DiffTensor<S>, DiffTensor<S>, DiffTensor<S>>)((a, b) => ((a - b) * (a - b)).Sum(-1)),
            _ => argument,
        };

    internal static DiffTensor<S> Lift<S>(Plain plain)
        where S : unmanaged, IFloatingPointIeee754<S> => Draw.Tensor<S>(plain.Values, plain.Shape);

    internal string Text =>
        $"{Method.Name}({string.Join(", ", Arguments.Select(argument => $"{argument.Key}: {(argument.Value is Plain plain ? new Shape(plain.Shape).ToString() : argument.Value is int[] lengths ? $"[{string.Join(", ", lengths)}]" : argument.Value ?? "null")}"))})";
}
