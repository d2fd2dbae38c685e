using Losses.CSharp;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Activations = Losses.CSharp.Activations;
using DiffTensors = Losses.DiffTensor<float>;

namespace Losses.Bench;

/// <summary>Rows of what is composed of tensor operations: losses by way of <c>DiffTensor</c>, conversions, chains, operations along an axis, products, curvature.</summary>
/// <remarks>Beside libtorch, but for what is beside spans or a plain copy, as its name says.</remarks>
internal static class Engine
{
    private const int Million = 1 << 20;
    private const int Side = 1024;

    /// <summary>The table.</summary>
    public static IReadOnlyList<Row> All { get; } =
    [.. LossRows(), .. Conversions(), .. Elementwise(), .. Axes(), .. Products(), Perceptron(), .. Curvatures()];

    private static IEnumerable<Row> LossRows()
    {
        foreach (var power in new[] { 5, 14, 20, 24 })
        {
            yield return OfTwo("MSE", power, (x, t) => Loss.MSE(x, t).Mean(), (x, t) => functional.mse_loss(x, t));
            yield return OfTwo("Huber", power, (x, t) => Loss.Huber(x, t).Mean(), (x, t) => functional.huber_loss(x, t));
            yield return OfTwo(
                "BCEWithLogits",
                power,
                (x, t) => Loss.BCEWithLogits(x, t).Mean(),
                (x, t) => functional.binary_cross_entropy_with_logits(x, t)
            );
        }
        foreach (var (rows, classes) in new[] { (3, 5), (128, 1000), (512, 32000) })
            yield return new(
                "CrossEntropy",
                $"{rows}×{classes}",
                1,
                () =>
                {
                    var labels = Numbers.Indices(rows, 2, 0, classes);
                    Labels own = new(labels);
                    var theirs = tensor([.. labels.Select(label => (long)label)]).DetachFromDisposeScope();
                    return Of(x => Loss.CrossEntropy(x[0], own).Mean(), x => functional.cross_entropy(x[0], theirs), [rows, classes]);
                }
            );
        foreach (var power in new[] { 14, 20, 24 })
            yield return new(
                "MSE, beside spans",
                $"2^{power}",
                1 / 1.3,
                () =>
                {
                    var (x, t) = (Numbers.Normal(1 << power, 1), Numbers.Normal(1 << power, 2));
                    DiffTensors prediction = DiffTensor.Create(x),
                        target = DiffTensor.Create(t);
                    var gradient = new float[x.Length];
                    return new Sides(
                        () => Diff.ValueAndGradInto(x => Loss.MSE(x, target).Mean(), prediction, gradient),
                        () => new MSE().ValueAndGradient<MSE, float>(x, t, gradient),
                        null
                    );
                }
            );

        static Row OfTwo(string name, int power, Func<DiffTensors, DiffTensors, DiffTensors> ours, Func<Tensor, Tensor, Tensor> torch) =>
            new(
                name,
                $"2^{power}",
                1,
                () =>
                    new DiffTensorWork(
                        (x, constants) =>
                        {
                            var (value, gradient) = Diff.ValueAndGrad(x => ours(x, constants[0]), x[0]);
                            return (value, [gradient]);
                        },
                        (x, constants) => torch(x[0], constants[0]),
                        (x, constants) => throw new NotSupportedException(),
                        [1 << power],
                        [Numbers.Normal(1 << power, 1)],
                        [Numbers.Targets(1 << power, 2)]
                    )
            );
    }

    // Beside a copy into a new array.
    private static IEnumerable<Row> Conversions()
    {
        float[] values = Numbers.Uniform(Million, 1, 0, 1);
        var matrix = new float[Side, Side];
        Buffer.BlockCopy(values, 0, matrix, 0, sizeof(float) * Million);
        var other = System.Numerics.Tensors.Tensor.Create(values, [Side, Side]);
        var own = DiffTensor.Create(values, Side, Side);
        long[] indices = [.. Numbers.Indices(Million, 2, 0, 1000).Select(index => (long)index)];
        yield return Copy("DiffTensor from float[]", () => DiffTensor.Create(values, Side, Side), () => values.AsSpan().ToArray());
        yield return Copy("DiffTensor from float[,]", () => DiffTensor.Create(matrix), () => values.AsSpan().ToArray());
        yield return Copy("DiffTensor from Tensor<float>", () => DiffTensor.Create(other), () => values.AsSpan().ToArray());
        yield return Copy("DiffTensor to float[]", () => own.ToArray(), () => values.AsSpan().ToArray());
        yield return Copy("DiffTensor to Tensor<float>", () => own.ToTensor(), () => values.AsSpan().ToArray());
        yield return Copy("Labels from long[]", () => new Labels(indices, [Million]), () => indices.AsSpan().ToArray());

        static Row Copy(string name, Func<object> ours, Func<object> copy) =>
            new(name + ", beside a copy", "2^20", 0.7, () => new Sides(() => Keep(ours()), () => Keep(copy()), null));
    }

    private static IEnumerable<Row> Elementwise()
    {
        foreach (var (power, aim) in new[] { (20, 1.5), (24, 3) })
        {
            var shape = new[] { 1 << power };
            yield return Gradient(
                "Chain of 4",
                aim,
                x => DiffTensors.Tanh(0.5 * (x[0] * x[0]) + 1).Mean(),
                x => (0.5f * (x[0] * x[0]) + 1).tanh().mean(),
                shape
            );
            yield return Gradient(
                "Chain of 8",
                aim,
                x =>
                {
                    var y = Activations.Sigmoid(2 * x[0] + 1);
                    return ((y * y - 0.5 * y).Exp() * x[0] + 3 * y).Mean();
                },
                x =>
                {
                    var y = (2 * x[0] + 1).sigmoid();
                    return ((y * y - 0.5f * y).exp() * x[0] + 3 * y).mean();
                },
                shape
            );
        }
        (string Name, int Operands, Func<DiffTensors[], DiffTensors> Ours, Func<Tensor[], Tensor> Torch)[] steps =
        [
            ("Add", 2, x => x[0] + x[1], x => x[0] + x[1]),
            ("Multiply", 2, x => x[0] * x[1], x => x[0] * x[1]),
            ("Exp", 1, x => x[0].Exp(), x => x[0].exp()),
            ("Sigmoid", 1, x => Activations.Sigmoid(x[0]), x => x[0].sigmoid()),
            ("ReLU", 1, x => DiffTensors.Max(x[0], 0), x => x[0].relu()),
        ];
        foreach (var (name, operands, ours, torch) in steps)
        {
            int[][] shapes = [.. Enumerable.Repeat<int[]>([Side, Side], operands)];
            yield return Value(name + ", read", 0.5, ours, torch, shapes);
            yield return Gradient(name + ", mean", 1, x => ours(x).Mean(), x => torch(x).mean(), shapes);
        }
        yield return Gradient("Add of a row, mean", 1, x => (x[0] + x[1]).Mean(), x => (x[0] + x[1]).mean(), [Side, Side], [Side]);
        yield return Gradient(
            "Multiply by a column, mean",
            1,
            x => (x[0] * x[1]).Mean(),
            x => (x[0] * x[1]).mean(),
            [Side, Side],
            [Side, 1]
        );
    }

    // What comes from above is not the same for all.
    private static IEnumerable<Row> Axes()
    {
        foreach (var axis in new[] { 1, 0 })
        {
            var along = axis == 1 ? ", last axis" : ", first axis";
            yield return Weighed("Softmax" + along, 0.8, x => Activations.Softmax(x, axis), x => functional.softmax(x, axis));
            yield return Weighed("Log-softmax" + along, 0.8, x => Activations.LogSoftmax(x, axis), x => functional.log_softmax(x, axis));
            yield return Gradient(
                "Log-sum-exp" + along,
                0.8,
                x => Square(Activations.LogSumExp(x[0], axis)),
                x => x[0].logsumexp(axis).square().mean(),
                [Side, Side]
            );
            yield return Gradient("Sum" + along, 0.5, x => Square(x[0].Sum(axis)), x => x[0].sum(axis).square().mean(), [Side, Side]);
            yield return Gradient(
                "Maximum" + along,
                0.5,
                x => Square(DiffTensors.Largest(x[0], axis)),
                x => x[0].amax([axis]).square().mean(),
                [Side, Side]
            );
            yield return Weighed("Running sum" + along, 0.5, x => x.CumulativeSum(axis), x => x.cumsum(axis));
        }
        // No two are equal: libtorch may swap those, with what comes back to them.
        float[] distinct = [.. Enumerable.Range(0, Million).Select(i => (i * 7919L % Million - Million / 2) / (float)Million)];
        yield return Weighed("Sort", 1, x => x.Sort(1), x => x.sort(1).Values, distinct);
        Labels own = new(Numbers.Indices(Million, 7, 0, Side), [Side, Side]);
        var theirs = new Lazy<Tensor>(() =>
            tensor([.. own.Indices.ToArray().Select(label => (long)label)], [Side, Side]).DetachFromDisposeScope()
        );
        yield return Weighed("Gather", 0.5, x => x.Gather(1, own), x => x.gather(1, theirs.Value));
        yield return Weighed("Permute", 0.5, x => x.Transpose(), x => x.t());
        yield return new(
            "Concatenate and slice",
            "1024×1024",
            0.5,
            () =>
                Of(
                    x =>
                        DiffTensors.Mean(
                            DiffTensors.Concatenate([x[0].Slice(1, 0, 512), x[1].Slice(1, 256, 768)], 1) * x[2].Slice(1, 0, 1280),
                            []
                        ),
                    x => (cat([x[0].narrow(1, 0, 512), x[1].narrow(1, 256, 768)], 1) * x[2].narrow(1, 0, 1280)).mean(),
                    [Side, Side],
                    [Side, Side],
                    [Side, 2 * Side]
                )
        );

        static DiffTensors Square(DiffTensors x) => (x * x).Mean();

        static Row Weighed(
            string name,
            double aim,
            Func<DiffTensors, DiffTensors> ours,
            Func<Tensor, Tensor> torch,
            float[]? numbers = null
        ) =>
            new(
                name,
                "1024×1024",
                aim,
                () =>
                    new DiffTensorWork(
                        (x, constants) =>
                        {
                            var (value, gradient) = Diff.ValueAndGrad(x => (ours(x) * constants[0]).Mean(), x[0]);
                            return (value, [gradient]);
                        },
                        (x, constants) => (torch(x[0]) * constants[0]).mean(),
                        (x, constants) => throw new NotSupportedException(),
                        [Side, Side],
                        [numbers ?? Numbers.Normal(Million, 1)],
                        [Numbers.Uniform(Million, 2, 0.5f, 1.5f)]
                    )
            );
    }

    private static IEnumerable<Row> Products()
    {
        foreach (var (batch, side) in new[] { (1, 512), (1, 1024), (16, 256), (1024, 32) })
        {
            var size = batch == 1 ? $"{side}³" : $"{batch}×{side}³";
            int[] shape = batch == 1 ? [side, side] : [batch, side, side];
            yield return Gradient("MatMul, float32", 0.7, x => x[0].MatMul(x[1]).Mean(), x => x[0].matmul(x[1]).mean(), shape, shape) with
            {
                Size = size,
            };
            yield return new(
                "MatMul, float64",
                size,
                1.2,
                () =>
                {
                    var count = shape.Aggregate(1, (product, length) => product * length);
                    double[][] numbers =
                    [
                        .. Enumerable.Range(1, 2).Select(seed => Array.ConvertAll(Numbers.Normal(count, seed), x => (double)x)),
                    ];
                    DiffTensor<double>[] own = [.. numbers.Select(x => DiffTensor.Create(x, shape))];
                    Tensor[] theirs =
                    [
                        .. numbers.Select(x =>
                            tensor(x, Array.ConvertAll(shape, length => (long)length)).requires_grad_(true).DetachFromDisposeScope()
                        ),
                    ];
                    double[][] gradients = [];
                    return new Sides(
                        () =>
                        {
                            var (value, pullback) = DiffTensor.Pullback(x => x[0].MatMul(x[1]).Mean(), own);
                            gradients = [.. pullback(DiffTensor.Scalar(1.0)).Select(gradient => gradient.ToArray())];
                        },
                        () =>
                        {
                            using var scope = NewDisposeScope();
                            foreach (var leaf in theirs)
                                leaf.grad = null;
                            theirs[0].matmul(theirs[1]).mean().backward();
                        },
                        () => (Narrow(gradients[1]), Narrow(theirs[1].grad!.data<double>().ToArray()))
                    );
                }
            );
        }

        static float[] Narrow(double[] numbers) => Array.ConvertAll(numbers, number => (float)number);
    }

    // A step of plain gradient descent: 784 pixels, 256 hidden units, 10 classes.
    private static Row Perceptron() =>
        new(
            "Training step of an MLP",
            "256×784–256–10",
            0.5,
            () =>
            {
                const double rate = 1e-3;
                int[][] shapes =
                [
                    [784, 256],
                    [256],
                    [256, 10],
                    [10],
                ];
                float[][] start =
                [
                    .. shapes.Select(
                        (shape, i) =>
                            Array.ConvertAll(
                                Numbers.Normal(shape.Aggregate(1, (product, length) => product * length), i + 2),
                                value => 0.05f * value
                            )
                    ),
                ];
                var images = Numbers.Uniform(256 * 784, 1, 0, 1);
                var classes = Numbers.Indices(256, 9, 0, 10);
                var input = DiffTensor.Create(images, 256, 784);
                Labels labels = new(classes);
                DiffTensors[] own = [.. start.Select((values, i) => DiffTensor.Create(values, shapes[i]))];
                var theirInput = tensor(images, [256, 784]).DetachFromDisposeScope();
                var theirLabels = tensor([.. classes.Select(label => (long)label)]).DetachFromDisposeScope();
                Tensor[] theirs =
                [
                    .. start.Select(
                        (values, i) =>
                            tensor(values, Array.ConvertAll(shapes[i], length => (long)length))
                                .requires_grad_(true)
                                .DetachFromDisposeScope()
                    ),
                ];
                float[] ownGradient = [],
                    theirGradient = [];
                return new Sides(
                    () =>
                    {
                        var (value, gradients) = Diff.ValueAndGrad(
                            p => Loss.CrossEntropy(DiffTensors.Max(input.MatMul(p[0]) + p[1], 0).MatMul(p[2]) + p[3], labels).Mean(),
                            own
                        );
                        ownGradient = gradients[3].ToArray();
                        // What is kept is rounded.
                        own = [.. own.Select((parameter, i) => DiffTensors.Round(parameter - rate * gradients[i]))];
                    },
                    () =>
                    {
                        using var scope = NewDisposeScope();
                        foreach (var leaf in theirs)
                            leaf.grad = null;
                        functional
                            .cross_entropy((theirInput.matmul(theirs[0]) + theirs[1]).relu().matmul(theirs[2]) + theirs[3], theirLabels)
                            .backward();
                        theirGradient = theirs[3].grad!.data<float>().ToArray();
                        using var off = no_grad();
                        foreach (var leaf in theirs)
                            leaf.sub_(leaf.grad! * (float)rate);
                    },
                    () => (ownGradient, theirGradient)
                );
            }
        );

    private static IEnumerable<Row> Curvatures()
    {
        yield return Hvp(
            "Hvp of BCEWithLogits",
            "2^20",
            [Side, Side],
            (x, t) => Loss.BCEWithLogits(x, t).Mean(),
            (x, t) => functional.binary_cross_entropy_with_logits(x, t)
        );
        Labels own = new(Numbers.Indices(128, 2, 0, 1000));
        var theirs = new Lazy<Tensor>(() => tensor([.. own.Indices.ToArray().Select(label => (long)label)]).DetachFromDisposeScope());
        yield return Hvp(
            "Hvp of CrossEntropy",
            "128×1000",
            [128, 1000],
            (x, t) => Loss.CrossEntropy(x, own).Mean(),
            (x, t) => functional.cross_entropy(x, theirs.Value)
        );
        yield return new(
            "Hessian of CrossEntropy",
            "1×100",
            2,
            () =>
            {
                var numbers = Numbers.Normal(100, 1);
                var x = DiffTensor.Create(numbers, 1, 100);
                var y = tensor(numbers, [1, 100]).requires_grad_(true).DetachFromDisposeScope();
                var theirLabel = tensor([7L]).DetachFromDisposeScope();
                float[] ours = [],
                    torch = [];
                return new Sides(
                    () => ours = Diff.Hessian(x => Loss.CrossEntropy(x, new Labels(7)).Mean(), x).ToArray(),
                    () =>
                    {
                        using var scope = NewDisposeScope();
                        var slope = autograd
                            .grad([functional.cross_entropy(y, theirLabel)], [y], retain_graph: true, create_graph: true)[0]
                            .reshape(100);
                        torch =
                        [
                            .. Enumerable
                                .Range(0, 100)
                                .SelectMany(i => autograd.grad([slope[i]], [y], retain_graph: true)[0].data<float>().ToArray()),
                        ];
                    },
                    () => (ours, torch)
                );
            }
        );

        static Row Hvp(
            string name,
            string size,
            int[] shape,
            Func<DiffTensors, DiffTensors, DiffTensors> ours,
            Func<Tensor, Tensor, Tensor> torch
        ) =>
            new(
                name,
                size,
                2,
                () =>
                {
                    var count = shape.Aggregate(1, (product, length) => product * length);
                    float[] numbers = Numbers.Normal(count, 1),
                        targets = Numbers.Targets(count, 2),
                        direction = Numbers.Normal(count, 3);
                    DiffTensors x = DiffTensor.Create(numbers, shape),
                        t = DiffTensor.Create(targets, shape),
                        v = DiffTensor.Create(direction, shape);
                    long[] lengths = Array.ConvertAll(shape, length => (long)length);
                    var y = tensor(numbers, lengths).requires_grad_(true).DetachFromDisposeScope();
                    Tensor other = tensor(targets, lengths).DetachFromDisposeScope(),
                        along = tensor(direction, lengths).DetachFromDisposeScope();
                    float[] product = [],
                        theirs = [];
                    return new Sides(
                        () => product = Diff.Hvp(x => ours(x, t), x, v).ToArray(),
                        () =>
                        {
                            using var scope = NewDisposeScope();
                            var slope = autograd.grad([torch(y, other)], [y], retain_graph: true, create_graph: true)[0];
                            theirs = autograd.grad([slope], [y], [along])[0].data<float>().ToArray();
                        },
                        () => (product, theirs)
                    );
                }
            );
    }

    private static Row Gradient(
        string name,
        double aim,
        Func<DiffTensors[], DiffTensors> ours,
        Func<Tensor[], Tensor> torch,
        params int[][] shapes
    ) => new(name, string.Join('×', shapes[0]), aim, () => Of(ours, torch, shapes));

    // Only the value, all of which is read.
    private static Row Value(
        string name,
        double aim,
        Func<DiffTensors[], DiffTensors> ours,
        Func<Tensor[], Tensor> torch,
        params int[][] shapes
    ) =>
        new(
            name,
            string.Join('×', shapes[0]),
            aim,
            () =>
            {
                float[][] numbers =
                [
                    .. shapes.Select((shape, i) => Numbers.Normal(shape.Aggregate(1, (product, length) => product * length), i + 1)),
                ];
                DiffTensors[] own = [.. numbers.Select((values, i) => DiffTensor.Create(values, shapes[i]))];
                Tensor[] theirs =
                [
                    .. numbers.Select(
                        (values, i) => tensor(values, Array.ConvertAll(shapes[i], length => (long)length)).DetachFromDisposeScope()
                    ),
                ];
                DiffTensors? value = null;
                return new Sides(
                    () => _ = (value = ours(own))[new int[value.Shape.Rank]],
                    () => torch(theirs).Dispose(),
                    () =>
                    {
                        using var other = torch(theirs);
                        return (value!.ToArray(), other.data<float>().ToArray());
                    }
                );
            }
        );

    private static DiffTensorWork Of(Func<DiffTensors[], DiffTensors> ours, Func<Tensor[], Tensor> torch, params int[][] shapes) =>
        Structured.Products(ours, torch, 1, shapes);

    private static object? s_kept;

    private static void Keep(object result) => s_kept = result;

    /// <summary>Two sides of any kind.</summary>
    /// <param name="ours">Ours.</param>
    /// <param name="other">What it is compared with.</param>
    /// <param name="results">What both must agree on, after a call of each.</param>
    private sealed class Sides(Action ours, Action other, Func<(float[] Ours, float[] Other)>? results) : Work
    {
        public override float Ours()
        {
            ours();
            return 0;
        }

        public override long InputBytes => throw new NotSupportedException();

        public override bool IsIntoCallersMemory => false;

        public override void LibTorch() => other();

        public override void Check()
        {
            ours();
            other();
            if (results is null)
                return;
            var (own, expected) = results();
            var scale = expected.Max(Math.Abs);
            for (var i = 0; i < expected.Length; i++)
                if (!(Math.Abs(own[i] - expected[i]) <= 1e-3 * scale))
                    throw new InvalidOperationException($"result {i} differs: {own[i]} and {expected[i]}.");
        }

        protected override Tensor[] MakeLeaves() => [];

        protected override Tensor Loss(Tensor[] leaves) => throw new NotSupportedException();

        protected override Tensor Adapter(Tensor[] leaves) => throw new NotSupportedException();

        protected override float[] Ours(int leaf) => throw new NotSupportedException();

        protected override void Release() { }
    }
}
