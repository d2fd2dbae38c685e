using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

/// <summary>A loss of sums over the tensors' own memory by its kernel, a float64 value for each group.</summary>
/// <param name="loss">The definition.</param>
/// <param name="axes">The axes that are summed.</param>
/// <param name="weights">One tensor of the operands' shape and data type, or none.</param>
/// <param name="isWide">Whether the operands are float64 in the place of float32.</param>
internal sealed unsafe class SumsLossOperation<L, S>(L loss, int[] axes, Tensor[] weights, bool isWide)
    : RowOperation(x => SumsDefinition.Of(loss, x[0], x[1], Array.ConvertAll(weights, w => new TorchTensor(w, isWide)), axes), isWide)
    where L : struct, ISums
    where S : unmanaged, IFloatingPointIeee754<S>
{
    // They stand for every pass: a gradient is made of the same numbers as the value.
    private double[] _sums = [];

    internal override Tensor Forward(Tensor[] inputs, bool[] wanted)
    {
        var shape = TorchTensor.ShapeOf(inputs[0]);
        double[] values = [];
        Run(
            Held(inputs),
            job =>
            {
                _sums = job.Sums();
                values = job.Values(_sums);
            }
        );
        return tensor(values, shape.ToLongs().Where((_, axis) => !axes.Contains(axis)).ToArray(), ScalarType.Float64);
    }

    protected override Tensor?[] Gradients(Tensor[] inputs, Tensor gradient)
    {
        var held = Held(inputs);
        var upstream = gradient.contiguous();
        var gradients = held.Select((x, i) => Wanted[i] ? Memory.Fresh(x) : null).ToArray();
        for (var i = 0; i < gradients.Length; i++)
            if (gradients[i] is { } to)
                fixed (S* g = Memory.Span<S>(to))
                {
                    var start = (nint)g;
                    Run(held, job => job.Gradient(_sums, Memory.Span<double>(upstream), i == 1, (S*)start));
                }
        return gradients;
    }

    private void Run(Tensor[] inputs, Action<SumsJob<L, S>> work)
    {
        var shape = TorchTensor.ShapeOf(inputs[0]);
        var summed = new bool[shape.Rank];
        foreach (var axis in axes)
            summed[axis] = true;
        var weight = weights is [var w] ? w.contiguous() : null;
        fixed (
            S* px = Memory.Span<S>(inputs[0]),
                pt = Memory.Span<S>(inputs[1]),
                pw = weight is null ? [] : Memory.Span<S>(weight)
        )
            work(new(loss, px, pt, pw, new(shape, summed)));
    }

    private static Tensor[] Held(Tensor[] inputs) => Array.ConvertAll(inputs, static x => x.contiguous());
}
