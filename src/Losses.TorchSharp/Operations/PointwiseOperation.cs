using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

/// <summary>A pointwise function of tensors of one shape and of numbers: by libtorch's elementary operations, to any order of derivatives.</summary>
/// <param name="function">The function.</param>
/// <param name="operands">Three; a number stands in its place, a tensor comes with the inputs.</param>
/// <param name="shape">Of every tensor.</param>
internal class PointwiseOperation<F>(F function, TorchTensor[] operands, Shape shape) : Operation
    where F : struct, IPointwise3
{
    protected F Function => function;

    protected Shape Shape => shape;

    internal override Tensor Forward(Tensor[] inputs, bool[] wanted)
    {
        var x = Beside(inputs);
        return Whole(function.Apply(x[0], x[1], x[2]), inputs);
    }

    internal override Tensor?[] Backward(Tensor[] inputs, Tensor gradient, bool isRecorded) =>
        isRecorded ? Recorded(inputs, new(gradient, false)) : Elementary(inputs, new(gradient));

    // By the same elementary operations, of dual numbers.
    private Tensor?[] Elementary(Tensor[] inputs, Raw gradient)
    {
        var x = Beside(inputs);
        var gradients = new Tensor?[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
            if (Wanted[i])
            {
                if (function is IPulled pulled)
                {
                    gradients[i] = Whole(pulled.Pull(Place(i), gradient, x[0], x[1]), inputs);
                    continue;
                }
                var slope = Place(i) switch
                {
                    0 => new Partial<F, Mark1>(function).Apply(x[0], x[1], x[2]),
                    1 => new Partial<F, Mark2>(function).Apply(x[0], x[1], x[2]),
                    _ => new Partial<F, Mark3>(function).Apply(x[0], x[1], x[2]),
                };
                gradients[i] = Whole(Raw.Weigh(gradient, slope), inputs);
            }
        return gradients;
    }

    /// <summary>The gradients as pointwise functions of their own, which the tape records.</summary>
    protected Tensor?[] Recorded(Tensor[] inputs, TorchTensor gradient)
    {
        var x = new TorchTensor[3];
        for (int i = 0, next = 0; i < 3; i++)
            x[i] = operands[i].IsNumber ? operands[i] : new(inputs[next++]);
        var gradients = new Tensor?[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
            if (Wanted[i])
            {
                if (function is IPulled pulled)
                {
                    gradients[i] = TorchTensor.Expand(pulled.Pull(Place(i), gradient, x[0], x[1]), shape).Like(inputs[i]);
                    continue;
                }
                var slope = Place(i) switch
                {
                    0 => TorchTensor.Pointwise(new Partial<F, Mark1>(function), x[0], x[1], x[2]),
                    1 => TorchTensor.Pointwise(new Partial<F, Mark2>(function), x[0], x[1], x[2]),
                    _ => TorchTensor.Pointwise(new Partial<F, Mark3>(function), x[0], x[1], x[2]),
                };
                gradients[i] = TorchTensor.Expand(TorchTensor.Weigh(gradient, slope), shape).Like(inputs[i]);
            }
        return gradients;
    }

    // Which of the three operands an input is.
    protected int Place(int input)
    {
        var place = 0;
        for (; ; place++)
            if (!operands[place].IsNumber && input-- == 0)
                return place;
    }

    private Raw[] Beside(Tensor[] inputs)
    {
        var x = new Raw[3];
        for (int i = 0, next = 0; i < 3; i++)
            x[i] = operands[i].IsNumber ? new(operands[i].Number) : new(inputs[next++]);
        return x;
    }

    // A result may be a number, or an input as it is.
    private Tensor Whole(Raw result, Tensor[] inputs)
    {
        if (result.Tensor is not { } tensor)
            return Raw.Filled(inputs[0], result.Number).expand(inputs[0].shape).clone();
        return Array.Exists(inputs, x => ReferenceEquals(x, tensor)) ? tensor.clone() : tensor;
    }
}

/// <summary>A pointwise loss over the tensors' own memory by its fused kernel, element by element.</summary>
/// <param name="function">The loss.</param>
/// <param name="operands">Three; a number stands in its place, a tensor comes with the inputs.</param>
/// <param name="shape">Of every tensor.</param>
/// <param name="watch">Learns what the operands were; null where they may be any numbers.</param>
internal class KernelOperation<F, S>(F function, TorchTensor[] operands, Shape shape, Watch? watch)
    : PointwiseOperation<F>(function, operands, shape)
    where F : struct, IPointwise3
    where S : unmanaged, IFloatingPointIeee754<S>
{
    private readonly TorchTensor[] _operands = operands;

    protected Watch? Watch => watch;

    protected override bool IsFresh => true;

    internal override Tensor Forward(Tensor[] inputs, bool[] wanted)
    {
        var rows = Memory.Rows(inputs, out var like);
        var values = empty_like(like);
        var spans = Spans(rows);
        Kernel.Map<F, S>(Function, spans[0], spans[1], spans[2], Flat(values), watch);
        return values;
    }

    internal override Tensor?[] Backward(Tensor[] inputs, Tensor gradient, bool isRecorded)
    {
        if (isRecorded)
            return Recorded(inputs, new(gradient, false));
        var rows = Memory.Rows([.. inputs, gradient], out var like);
        return Gradients(rows, Memory.Span<S>(rows[^1]), 1, like);
    }

    /// <summary>The gradients by the inputs that are wanted, one pass each.</summary>
    protected Tensor?[] Gradients(Tensor[] rows, ReadOnlySpan<S> upstream, double scale, Tensor like)
    {
        var gradients = Made(like);
        var spans = Spans(rows);
        Kernel.Gradient(
            Function,
            spans[0],
            spans[1],
            spans[2],
            Shape.Size,
            upstream,
            scale,
            Part(gradients, 0),
            Part(gradients, 1),
            Part(gradients, 2)
        );
        return gradients;
    }

    protected Tensor?[] Made(Tensor like) => Array.ConvertAll(Wanted, wanted => wanted ? Memory.Fresh(like) : null);

    protected Span<S> Part(Tensor?[] gradients, int place)
    {
        for (var i = 0; i < gradients.Length; i++)
            if (gradients[i] is { } gradient && Place(i) == place)
                return Flat(gradient);
        return [];
    }

    protected Operands Spans(Tensor[] rows)
    {
        var spans = new Operands();
        for (int i = 0, next = 0; i < 3; i++)
            spans.Set(i, _operands[i].IsNumber ? new[] { S.CreateChecked(_operands[i].Number) } : Memory.Span<S>(rows[next++]));
        return spans;
    }

    // Whatever the order of its axes.
    private static Span<S> Flat(Tensor tensor) =>
        Memory.Span<S>(tensor.is_contiguous() ? tensor : tensor.as_strided([tensor.numel()], [1], tensor.storage_offset()));

    protected ref struct Operands
    {
        private ReadOnlySpan<S> _first;
        private ReadOnlySpan<S> _second;
        private ReadOnlySpan<S> _third;

        internal readonly ReadOnlySpan<S> this[int i] =>
            i == 0 ? _first
            : i == 1 ? _second
            : _third;

        internal void Set(int i, ReadOnlySpan<S> span)
        {
            if (i == 0)
                _first = span;
            else if (i == 1)
                _second = span;
            else
                _third = span;
        }
    }
}

/// <summary>The exact sum of a pointwise loss over a weight, rounded once; with its gradient made in the same pass where one will be asked for.</summary>
internal sealed class ReducedKernelOperation<F, S>(F function, TorchTensor[] operands, Shape shape, Watch? watch, ExactSum weight)
    : KernelOperation<F, S>(function, operands, shape, watch)
    where F : struct, IPointwise3
    where S : unmanaged, IFloatingPointIeee754<S>
{
    private double Share => 1 / weight.ToDouble();

    internal override Tensor Forward(Tensor[] inputs, bool[] wanted)
    {
        var rows = Memory.Rows(inputs, out var like);
        var spans = Spans(rows);
        if (wanted.Length == 0)
            return Sums.Quotient(Kernel.Sum<F, S>(Function, spans[0], spans[1], spans[2], Shape.Size, Watch), weight, inputs[0]);
        var made = Kept = Made(like);
        var sum = Kernel.ValueAndGradient<F, S>(
            Function,
            spans[0],
            spans[1],
            spans[2],
            Shape.Size,
            [S.One],
            Share,
            Part(made, 0),
            Part(made, 1),
            Part(made, 2),
            Watch
        );
        return Sums.Quotient(sum, weight, inputs[0]);
    }

    internal override Tensor?[] Backward(Tensor[] inputs, Tensor gradient, bool isRecorded)
    {
        if (isRecorded)
            return Recorded(inputs, new TorchTensor(gradient, false) * TorchTensor.Constant(Share));
        var rows = Memory.Rows(inputs, out var like);
        return Gradients(rows, [S.One], Share * Memory.Number(gradient), like);
    }
}
