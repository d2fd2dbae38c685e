using System.Numerics;

namespace Losses;

/// <summary>A loss of rows on top of a linear layer, of its input, weight and bias.</summary>
/// <param name="rows">Which.</param>
/// <param name="definition">What it means.</param>
/// <param name="isVaried">By which inputs a gradient may be asked for. It is made along with the value, for all rows alike, as a mean asks for it; where another is asked for, again.</param>
internal sealed unsafe class LinearRowsOperation<T>(LinearRows rows, Func<DiffTensor<T>[], DiffTensor<T>> definition, bool[] isVaried)
    : FusedOperation<T>(definition)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private double[]?[]? _slopes;

    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var values = new double[inputs[0].Shape[0]];
        var slopes = Run(inputs, [1], values, isVaried);
        _slopes = Array.Exists(isVaried, static varied => varied) ? slopes : null;
        return new(Storage<T>.Wide(values), [values.Length]);
    }

    private protected override DiffTensor<T>?[] Gradients(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        Wanted<T> isWanted
    )
    {
        var upstream = gradient.Storage.Numbers;
        var isUniform = !upstream.IsEmpty && !upstream.ContainsAnyExcept(upstream[0]);
        // Taken, since they are multiplied where they are: another call makes them anew.
        var made = Interlocked.Exchange(ref _slopes, null);
        var isMade = made is not null && !isWanted.Flags.Where((wanted, i) => wanted && made[i] is null).Any();
        var (slopes, above) = isUniform && isMade ? (made!, upstream[0]) : (Run(inputs, upstream, null, isWanted.Flags), 1);
        var gradients = new DiffTensor<T>?[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
            if (isWanted[i] && slopes[i] is { } own)
            {
                var shape = inputs[i].Shape;
                PairSlopes.Times<double>(own, [above], (shape.Rank == 0 ? 1 : shape[0], shape.Rank == 2 ? shape[1] : 1, 1), own);
                // Not rounded: the same tensor may have other gradients, from another layer.
                gradients[i] = new(Storage<T>.Wide(own), shape);
            }
        return gradients;
    }

    private double[]?[] Run(DiffTensor<T>[] inputs, ReadOnlySpan<double> upstream, double[]? values, bool[] isWanted)
    {
        var (x, weight, bias) = (inputs[0].Storage, inputs[1].Storage, inputs[2]);
        int features = inputs[1].Shape[1],
            classes = inputs[1].Shape[0];
        var slopes = new double[]?[3];
        for (var i = 0; i < 2; i++)
            slopes[i] = isWanted[i] ? new double[inputs[i].Count] : null;
        slopes[2] = isWanted[2] ? new double[classes] : null;
        fixed (
            T* narrowX = x.Narrows,
                narrowWeight = weight.Narrows
        )
        fixed (
            double* wideX = x.IsNarrow ? default : x.Numbers,
                wideWeight = weight.IsNarrow ? default : weight.Numbers
        )
            rows.Run(
                MatMulOperation<T>.Of(narrowX, wideX, x, inputs[0].Shape, isTransposed: false),
                MatMulOperation<T>.Of(narrowWeight, wideWeight, weight, inputs[1].Shape, isTransposed: false),
                bias.Storage.Numbers,
                features,
                classes,
                upstream,
                values,
                slopes[0],
                slopes[1],
                slopes[2]
            );
        if (slopes[2] is { } each && bias.Shape.Rank == 0)
        {
            var sum = new ExactSum();
            sum.Add(each);
            slopes[2] = [sum.ToDouble()];
        }
        return slopes;
    }
}
