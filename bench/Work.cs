using Losses.CSharp;
using Losses.TorchSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Losses.Bench;

/// <summary>A loss of given numbers, on both sides: value and gradient by Losses, forward and backward by libtorch.</summary>
/// <remarks>libtorch's tensors are made at its first call, so that what looks at our side alone never loads it.</remarks>
internal abstract class Work : IDisposable
{
    private Tensor[]? _leaves;

    /// <summary>Our value; the gradients stand in memory when it returns.</summary>
    public abstract float Ours();

    /// <summary>How many bytes the prediction has.</summary>
    public abstract long InputBytes { get; }

    /// <summary>Whether the gradient goes into memory that the caller hands in.</summary>
    public abstract bool IsIntoCallersMemory { get; }

    /// <summary>libtorch's forward and backward, as a training step runs them: gradients dropped, loss, <c>backward</c>.</summary>
    public virtual void LibTorch() => Step(Loss, out _).Dispose();

    /// <summary>The same step with our loss in the place of libtorch's.</summary>
    public void Inside() => Step(Adapter, out _).Dispose();

    /// <summary>Both sides once, and an exception where they disagree.</summary>
    public virtual void Check()
    {
        var value = Ours();
        using var scope = Step(Loss, out var loss);
        var expected = loss.item<float>();
        Agree(value, expected);
        for (var leaf = 0; leaf < Leaves.Length; leaf++)
            Agree(leaf, Ours(leaf), Leaves[leaf].grad!);
    }

    /// <summary>libtorch's loss and ours in its place once, and an exception where they disagree.</summary>
    public void CheckInside()
    {
        using var scope = Step(Loss, out var loss);
        var gradients = Array.ConvertAll(Leaves, leaf => leaf.grad!.data<float>().ToArray());
        using var other = Step(Adapter, out var inside);
        Agree(inside.item<float>(), loss.item<float>());
        for (var leaf = 0; leaf < Leaves.Length; leaf++)
            Agree(leaf, gradients[leaf], Leaves[leaf].grad!);
    }

    private static void Agree(float value, float expected)
    {
        if (!(Math.Abs(value - expected) <= 1e-4 * Math.Max(1e-3, Math.Abs(expected))))
            throw new InvalidOperationException($"the values differ: ours is {value}, libtorch's {expected}.");
    }

    private void Agree(int leaf, float[] gradient, Tensor expected)
    {
        var slope = Projected(gradient);
        var other = Projected(expected.data<float>().ToArray());
        var scale = other.Max(Math.Abs);
        for (var i = 0; i < other.Length; i++)
            if (!(Math.Abs(slope[i] - other[i]) <= 1e-3 * scale))
                throw new InvalidOperationException($"gradient {leaf} differs at {i}: {slope[i]} and {other[i]}.");
    }

    public void Dispose()
    {
        foreach (var leaf in _leaves ?? [])
            leaf.Dispose();
        Release();
    }

    /// <summary>Makes libtorch's tensors: those that gradients are taken by, and keeps the rest.</summary>
    protected abstract Tensor[] MakeLeaves();

    /// <summary>libtorch's loss.</summary>
    protected abstract Tensor Loss(Tensor[] leaves);

    /// <summary>Our loss of the same tensors.</summary>
    protected abstract Tensor Adapter(Tensor[] leaves);

    /// <summary>Our gradient by a leaf, of the last call.</summary>
    protected abstract float[] Ours(int leaf);

    /// <summary>What of a gradient both sides must agree on.</summary>
    protected virtual float[] Projected(float[] gradient) => gradient;

    /// <summary>Lets go of libtorch's other tensors.</summary>
    protected abstract void Release();

    protected static Tensor Variable(float[] values, params long[] shape) => tensor(values, shape).requires_grad_(true);

    private Tensor[] Leaves => _leaves ??= MakeLeaves();

    private DisposeScope Step(Func<Tensor[], Tensor> function, out Tensor loss)
    {
        var leaves = Leaves;
        var scope = NewDisposeScope();
        foreach (var leaf in leaves)
            leaf.grad = null;
        loss = function(leaves);
        loss.backward();
        return scope;
    }
}

/// <summary>A loss of a prediction and a target of one shape, over spans.</summary>
internal sealed class TensorWork<L>(
    L loss,
    Func<Tensor, Tensor, Tensor> torch,
    float[] prediction,
    float[] target,
    Reduction reduction = Reduction.Mean
) : Work
    where L : struct, IPointwise
{
    private readonly float[] _gradient = new float[prediction.Length];
    private Tensor? _target;

    public override float Ours() => loss.ValueAndGradient(prediction, target, _gradient, reduction);

    public override long InputBytes => 4L * prediction.Length;

    public override bool IsIntoCallersMemory => true;

    protected override Tensor[] MakeLeaves()
    {
        _target = tensor(target, [target.Length]);
        return [Variable(prediction, prediction.Length)];
    }

    protected override Tensor Loss(Tensor[] leaves) => torch(leaves[0], _target!);

    protected override Tensor Adapter(Tensor[] leaves) =>
        Torch.Loss((x, t) => Losses.CSharp.Loss.Pointwise(x, t, loss).Reduce(reduction), leaves[0], _target!);

    protected override float[] Ours(int leaf) => _gradient;

    protected override void Release() => _target?.Dispose();
}

/// <summary>A loss of a prediction and class labels, over spans.</summary>
internal sealed class LabelWork<L>(
    L loss,
    Func<TorchTensor, Labels, TorchTensor> adapter,
    Func<Tensor, Tensor, Tensor> torch,
    float[] prediction,
    int[] labels,
    int[] shape
) : Work
    where L : ILabelled
{
    private readonly Shape _shape = shape;
    private readonly float[] _gradient = new float[prediction.Length];
    private Tensor? _torchLabels;

    public override float Ours() => loss.ValueAndGradient<L, float>(prediction, labels, _shape, _gradient);

    public override long InputBytes => 4L * prediction.Length;

    public override bool IsIntoCallersMemory => true;

    protected override Tensor[] MakeLeaves()
    {
        _torchLabels = tensor([.. labels.Select(label => (long)label)], [shape[0], .. shape[2..]]);
        return [Variable(prediction, [.. shape])];
    }

    protected override Tensor Loss(Tensor[] leaves) => torch(leaves[0], _torchLabels!);

    protected override Tensor Adapter(Tensor[] leaves) => Torch.Loss(adapter, leaves[0], _torchLabels!);

    protected override float[] Ours(int leaf) => _gradient;

    protected override void Release() => _torchLabels?.Dispose();
}

/// <summary>A loss of three tensors of one shape, by all of them, over spans.</summary>
internal sealed class TripleWork(TripletMargin loss, Func<Tensor[], Tensor> torch, int[] shape, params float[][] inputs) : Work
{
    private readonly float[][] _gradients = [.. inputs.Select(values => new float[values.Length])];

    public override float Ours() =>
        loss.ValueAndGradients(inputs[0], inputs[1], inputs[2], shape[^1], _gradients[0], _gradients[1], _gradients[2]);

    public override long InputBytes => 4L * inputs.Sum(values => values.Length);

    public override bool IsIntoCallersMemory => true;

    protected override Tensor[] MakeLeaves() => [.. inputs.Select(values => Variable(values, [.. shape]))];

    protected override Tensor Loss(Tensor[] leaves) => torch(leaves);

    protected override Tensor Adapter(Tensor[] leaves) =>
        Torch.Loss((a, p, n) => Losses.CSharp.Loss.TripletMargin(a, p, n).Mean(), leaves[0], leaves[1], leaves[2]);

    protected override float[] Ours(int leaf) => _gradients[leaf];

    protected override void Release() { }
}

/// <summary>A scalar function of several tensors, by our differentiable tensors.</summary>
/// <param name="ours">The value and the gradients.</param>
/// <param name="torch">libtorch's loss of the variables and the constants.</param>
/// <param name="adapter">Our loss of the same tensors.</param>
/// <param name="shape">Of every input.</param>
/// <param name="variables">What gradients are taken by.</param>
/// <param name="constants">What they are not taken by.</param>
/// <param name="shapes">Of each variable, where they differ.</param>
internal sealed class DiffTensorWork(
    Func<DiffTensor<float>[], DiffTensor<float>[], (DiffTensor<float> Value, DiffTensor<float>[] Gradients)> ours,
    Func<Tensor[], Tensor[], Tensor> torch,
    Func<Tensor[], Tensor[], Tensor> adapter,
    int[] shape,
    float[][] variables,
    float[][] constants,
    int[][]? shapes = null
) : Work
{
    private readonly DiffTensor<float>[] _variables =
    [
        .. variables.Select((values, i) => new DiffTensor<float>(values, shapes?[i] ?? shape)),
    ];
    private readonly DiffTensor<float>[] _constants = [.. constants.Select(values => new DiffTensor<float>(values, shape))];
    private DiffTensor<float>[] _gradients = [];
    private Tensor[] _torchConstants = [];

    public override float Ours()
    {
        (var value, _gradients) = ours(_variables, _constants);
        // A tensor's numbers are rounded when they are first read.
        foreach (var gradient in _gradients)
            _ = gradient[new int[gradient.Shape.Rank]];
        return value.ToScalar();
    }

    public override long InputBytes => 4L * variables.Sum(values => values.Length);

    public override bool IsIntoCallersMemory => false;

    protected override Tensor[] MakeLeaves()
    {
        long[] lengths = [.. shape];
        _torchConstants = [.. constants.Select(values => tensor(values, lengths))];
        return [.. variables.Select((values, i) => Variable(values, shapes is null ? lengths : [.. shapes[i]]))];
    }

    protected override Tensor Loss(Tensor[] leaves) => torch(leaves, _torchConstants);

    protected override Tensor Adapter(Tensor[] leaves) => adapter(leaves, _torchConstants);

    protected override float[] Ours(int leaf) => _gradients[leaf].ToArray();

    protected override void Release()
    {
        foreach (var constant in _torchConstants)
            constant.Dispose();
    }
}

/// <summary>A scalar function of a tensor, by our differentiable tensors, whose gradient goes into the caller's memory.</summary>
/// <param name="ours">Our loss of the variable and the constants.</param>
/// <param name="torch">libtorch's.</param>
/// <param name="shape">Of every input.</param>
/// <param name="variable">What the gradient is taken by.</param>
/// <param name="constants">What it is not taken by.</param>
internal sealed class IntoWork(
    Func<DiffTensor<float>, DiffTensor<float>[], DiffTensor<float>> ours,
    Func<Tensor, Tensor[], Tensor> torch,
    int[] shape,
    float[] variable,
    params float[][] constants
) : Work
{
    private readonly DiffTensor<float> _variable = DiffTensor.Over<float>(variable, shape);
    private readonly DiffTensor<float>[] _constants = [.. constants.Select(values => DiffTensor.Over<float>(values, shape))];
    private readonly float[] _gradient = new float[variable.Length];
    private Tensor[] _torchConstants = [];

    public override float Ours() => Diff.ValueAndGradInto(x => ours(x, _constants), _variable, _gradient).ToScalar();

    public override long InputBytes => 4L * variable.Length;

    public override bool IsIntoCallersMemory => true;

    protected override Tensor[] MakeLeaves()
    {
        long[] lengths = [.. shape];
        _torchConstants = [.. constants.Select(values => tensor(values, lengths))];
        return [Variable(variable, lengths)];
    }

    protected override Tensor Loss(Tensor[] leaves) => torch(leaves[0], _torchConstants);

    protected override Tensor Adapter(Tensor[] leaves) => throw new NotSupportedException();

    protected override float[] Ours(int leaf) => _gradient;

    protected override void Release()
    {
        foreach (var constant in _torchConstants)
            constant.Dispose();
    }
}

/// <summary>Connectionist temporal classification, by our differentiable tensors.</summary>
internal sealed class CTCWork(float[] logProbabilities, int frames, int samples, int classes, int[] labels, int[] targetLengths) : Work
{
    private readonly DiffTensor<float> _logProbabilities = new(logProbabilities, [frames, samples, classes]);
    private readonly Labels _labels = new(labels, [samples, labels.Length / samples]);
    private readonly int[] _inputLengths = [.. Enumerable.Repeat(frames, samples)];
    private DiffTensor<float>? _gradient;
    private Tensor[] _others = [];

    public override float Ours()
    {
        (var value, _gradient) = Diff.ValueAndGrad(
            x => Losses.CSharp.Loss.CTC(x, _labels, _inputLengths, targetLengths).Mean(),
            _logProbabilities
        );
        _ = _gradient[0, 0, 0];
        return value.ToScalar();
    }

    public override long InputBytes => 4L * logProbabilities.Length;

    public override bool IsIntoCallersMemory => false;

    protected override Tensor[] MakeLeaves()
    {
        _others =
        [
            tensor([.. labels.Select(label => (long)label)], [samples, labels.Length / samples]),
            tensor([.. _inputLengths.Select(length => (long)length)]),
            tensor([.. targetLengths.Select(length => (long)length)]),
        ];
        return [Variable(logProbabilities, frames, samples, classes)];
    }

    protected override Tensor Loss(Tensor[] leaves) => nn.functional.ctc_loss(leaves[0], _others[0], _others[1], _others[2]);

    protected override Tensor Adapter(Tensor[] leaves) =>
        Torch.Loss((x, y) => Losses.CSharp.Loss.CTC(x, y, _inputLengths, targetLengths).Mean(), leaves[0], _others[0]);

    protected override float[] Ours(int leaf) => _gradient!.ToArray();

    // libtorch's gradient is right only behind a log-softmax: they agree in what one passes on, g − p · Σg.
    protected override float[] Projected(float[] gradient)
    {
        var projected = new float[gradient.Length];
        for (var start = 0; start < gradient.Length; start += classes)
        {
            var sum = gradient.AsSpan(start, classes).ToArray().Sum();
            for (var i = start; i < start + classes; i++)
                projected[i] = gradient[i] - MathF.Exp(logProbabilities[i]) * sum;
        }
        return projected;
    }

    protected override void Release()
    {
        foreach (var other in _others)
            other.Dispose();
    }
}
