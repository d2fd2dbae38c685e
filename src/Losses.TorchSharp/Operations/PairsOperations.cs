using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

/// <summary>A loss of pairs over the tensors' own memory by its kernel, a float64 value for each list.</summary>
/// <param name="loss">The definition.</param>
/// <param name="axis">The axis that the lists lie along.</param>
/// <param name="isWide">Whether the operands are float64 in the place of float32.</param>
internal sealed unsafe class PairsOperation<L, S>(L loss, int axis, bool isWide)
    : RowOperation(x => PairsDefinition.Of(loss, x[0], x[1], axis), isWide)
    where L : struct, IPairs
    where S : unmanaged, IFloatingPointIeee754<S>
{
    private double[]? _slopes;

    /// <summary>How many pairs of each list count.</summary>
    internal double[] Counts { get; private set; } = [];

    internal override Tensor Forward(Tensor[] inputs, bool[] wanted)
    {
        var kept = TorchTensor.ShapeOf(inputs[0]).Without(axis);
        var values = new double[kept.Size];
        Counts = new double[kept.Size];
        _slopes = wanted is [true, ..] ? new double[inputs[0].numel()] : null;
        Run(inputs, values, Counts, _slopes ?? [], byTarget: false);
        return tensor(values, kept.ToLongs(), ScalarType.Float64);
    }

    protected override Tensor?[] Gradients(Tensor[] inputs, Tensor gradient)
    {
        var gradients = new Tensor?[inputs.Length];
        for (var i = 0; i < gradients.Length; i++)
            if (Wanted[i])
            {
                var slopes = i == 0 ? _slopes : null;
                if (slopes is null)
                    Run(inputs, [], [], slopes = new double[inputs[0].numel()], byTarget: i == 1);
                gradients[i] = PairGradient.Of<S>(slopes, gradient, inputs[i], axis);
            }
        return gradients;
    }

    private void Run(Tensor[] inputs, double[] values, double[] counts, double[] slopes, bool byTarget)
    {
        Tensor x = inputs[0].contiguous(),
            t = inputs[1].contiguous();
        fixed (
            S* px = Memory.Span<S>(x),
                pt = Memory.Span<S>(t)
        )
        fixed (
            double* v = values,
                c = counts,
                s = slopes
        )
            new PairsJob<L, S>(loss, px, pt, null, TorchTensor.ShapeOf(x).Around(axis)).Run(v, c, s, byTarget);
    }
}

/// <summary>A loss of pairs with labels over a matrix's own memory, a float64 value for each row.</summary>
internal sealed class LabelledPairsOperation<S>(LabelledPairs row, Func<TorchTensor[], TorchTensor> definition, bool isWide)
    : RowOperation(definition, isWide)
    where S : unmanaged, IFloatingPointIeee754<S>
{
    private double[]? _slopes;

    internal override Tensor Forward(Tensor[] inputs, bool[] wanted)
    {
        _slopes = wanted.Length > 0 ? new double[inputs[0].numel()] : null;
        return tensor(Run(inputs[0], _slopes ?? []), ScalarType.Float64);
    }

    protected override Tensor?[] Gradients(Tensor[] inputs, Tensor gradient)
    {
        if (_slopes is null)
            Run(inputs[0], _slopes = new double[inputs[0].numel()]);
        return [PairGradient.Of<S>(_slopes, gradient, inputs[0], 1)];
    }

    private double[] Run(Tensor scores, double[] slopes)
    {
        var x = scores.contiguous();
        var values = new double[x.size(0)];
        row.Run<S>(Memory.Span<S>(x), TorchTensor.ShapeOf(x), values, slopes);
        return values;
    }
}

internal static class PairGradient
{
    internal static Tensor Of<S>(double[] slopes, Tensor upstream, Tensor input, int axis)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var gradient = Memory.Fresh(input.contiguous());
        var above = upstream.contiguous();
        PairSlopes.Times(slopes, Memory.Span<double>(above), TorchTensor.ShapeOf(input).Around(axis), Memory.Span<S>(gradient));
        return gradient;
    }
}
