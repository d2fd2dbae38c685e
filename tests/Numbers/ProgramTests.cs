using System.Numerics;
using Xunit;
using Xunit.Abstractions;

namespace Losses.Tests;

/// <summary>Operations that are noted and run together have the bits of each run by itself.</summary>
public class ProgramTests(ITestOutputHelper output)
{
    private const int Programs = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Noted_programs_have_the_bits_of_plain_ones_in_float32(int threads) => Compare<float>(threads);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Noted_programs_have_the_bits_of_plain_ones_in_float64(int threads) => Compare<double>(threads);

    private void Compare<T>(int threads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var before = Threads.Max;
        Threads.Max = threads;
        try
        {
            for (var program = 0; program < Programs / threads; program++)
            {
                var seed = 1000 * threads + program;
                Notes.AreOff = true;
                var plain = Evaluate<T>(seed);
                Notes.AreOff = false;
                var noted = Evaluate<T>(seed);
                for (var i = 0; i < plain.Count; i++)
                    if (!plain[i].AsSpan().SequenceEqual(noted[i]))
                    {
                        var at = plain[i].AsSpan().CommonPrefixLength(noted[i]);
                        output.WriteLine($"seed {seed}, result {i}, element {at}: plain {plain[i][at]:X}, noted {noted[i][at]:X}");
                        Assert.Fail($"The program of seed {seed} differs.");
                    }
            }
        }
        finally
        {
            Notes.AreOff = false;
            Threads.Max = before;
        }
    }

    private static readonly int[][] s_shapes =
    [
        [8192],
        [97, 101],
        [2, 4999],
        [6, 40, 37],
        [4096, 3],
        [1, 20011],
    ];

    // The values, gradients and gradients of gradients of a random program, as bits.
    private static List<long[]> Evaluate<T>(int seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        var shape = s_shapes[random.Next(s_shapes.Length)];
        var operations = random.Next(2, 61);
        // A narrower operand is broadcast.
        int[] narrow = [.. shape.Select(length => random.Next(2) == 0 ? 1 : length)];
        DiffTensor<T>[] inputs = [Numbers<T>(random, shape), Numbers<T>(random, shape), Numbers<T>(random, narrow)];
        var direction = Numbers<T>(random, shape);
        var program = random.Next();
        var (value, pullback) = DiffTensor.Pullback(x => Build(new(program), operations, x), inputs);
        var gradients = pullback(DiffTensor<T>.Expand(value, value.Shape));
        List<long[]> results = [Bits(value), .. gradients.Select(Bits)];
        // A Hessian-vector product: reverse over reverse.
        var again = DiffTensor.Pullback(
            x =>
            {
                var (inner, pull) = DiffTensor.Pullback(y => Build(new(program), Math.Min(operations, 12), y), x);
                var slopes = pull(DiffTensor<T>.Filled(1, inner.Shape));
                return DiffTensor<T>.Sum(slopes[0] * direction, [.. Enumerable.Range(0, shape.Length)], false);
            },
            inputs
        );
        return [.. results, Bits(again.Value), .. again.Pullback(DiffTensor.Scalar(T.One)).Select(Bits)];
    }

    private static DiffTensor<T> Build<T>(Random random, int operations, DiffTensor<T>[] inputs)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        List<DiffTensor<T>> made = [.. inputs];
        var shape = inputs[0].Shape;
        for (var i = 0; i < operations; i++)
        {
            var a = Pick();
            var b = Pick();
            made.Add(
                random.Next(34) switch
                {
                    0 => a + b,
                    1 => a - b,
                    2 => 0.5 * (a * b),
                    3 => a / (1 + b * b),
                    4 => DiffTensor<T>.Tanh(a),
                    5 => DiffTensor<T>.Exp(-(a * a)),
                    6 => DiffTensor<T>.Logistic(a).Sigmoid,
                    7 => DiffTensor<T>.Max(a, b),
                    8 => DiffTensor<T>.Min(a, 0.25),
                    9 => DiffTensor<T>.Abs(a),
                    10 => DiffTensor<T>.IfLess(a, b, a * 0.5, b),
                    11 => DiffTensor<T>.Weigh(a, b),
                    12 => DiffTensor<T>.Log1P(DiffTensor<T>.Abs(a)),
                    13 => DiffTensor<T>.Power(1 + DiffTensor<T>.Abs(a), -0.5),
                    14 => -a,
                    15 => a / a.Shape.Lengths[^1] + a.Sum(a.Shape.Rank - 1, keepAxis: true) / a.Shape.Lengths[^1],
                    16 => DiffTensor<T>.Sum(a, [0], true) / a.Shape.Lengths[0] - b,
                    17 => a.Mean() + b,
                    18 => a.Reshape(a.Count).Reshape(a.Shape.ToArray()),
                    19 => DiffTensor<T>.Detach(a) * b,
                    20 => DiffTensor<T>.Given(a, b),
                    21 => DiffTensor<T>.Softmax(a, Axis(a)) + b,
                    22 => 0.1 * DiffTensor<T>.LogSoftmax(a, Axis(a)) - b,
                    23 => 0.1 * Along(a, DiffTensor<T>.LogSumExp),
                    24 => b - Along(a, DiffTensor<T>.Largest),
                    25 => DiffTensor<T>.CumulativeSum(a, Axis(a)) / a.Count,
                    26 => DiffTensor<T>.Sort(a, Axis(a), random.Next(2) == 0) * b,
                    27 => Turned(a) + b,
                    28 => Halves(a, Axis(a)),
                    29 => Gathered(a, Axis(a)),
                    30 => DiffTensor<T>.Sum(a, [Axis(a)], true) / a.Count + b,
                    _ => DiffTensor<T>.Round(a),
                }
            );
        }
        // A value of every element, a sum of rows, or one number.
        var result = DiffTensor<T>.Expand(made[^1] + made[^2], shape);
        return random.Next(3) switch
        {
            0 => result,
            1 => result.Sum(shape.Rank - 1),
            _ => result.Mean(),
        };

        int Axis(DiffTensor<T> x) => random.Next(x.Shape.Rank);

        DiffTensor<T> Along(DiffTensor<T> x, Func<DiffTensor<T>, int, DiffTensor<T>> reduce)
        {
            var axis = Axis(x);
            return DiffTensor<T>.Expand(DiffTensor<T>.Reshape(reduce(x, axis), x.Shape.With(axis, 1)), x.Shape);
        }

        // There and back, with something between.
        static DiffTensor<T> Turned(DiffTensor<T> x)
        {
            int[] axes = [.. Enumerable.Range(0, x.Shape.Rank).Reverse()];
            return DiffTensor<T>.Permute(0.5 * DiffTensor<T>.Permute(x, axes), axes);
        }

        // Cut in two, and joined the other way round.
        DiffTensor<T> Halves(DiffTensor<T> x, int axis)
        {
            var cut = random.Next(x.Shape[axis] + 1);
            return DiffTensor<T>.Concatenate([x.Slice(axis, cut, x.Shape[axis] - cut), x.Slice(axis, 0, cut)], axis);
        }

        DiffTensor<T> Gathered(DiffTensor<T> x, int axis) =>
            x.Gather(axis, new Labels([.. Enumerable.Range(0, x.Count).Select(_ => random.Next(-1, x.Shape[axis]))], x.Shape));

        DiffTensor<T> Pick() => made[random.Next(3) == 0 ? random.Next(made.Count) : Math.Max(0, made.Count - 1 - random.Next(3))];
    }

    private static DiffTensor<T> Numbers<T>(Random random, int[] shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var values = new T[shape.Aggregate(1, (product, length) => product * length)];
        for (var i = 0; i < values.Length; i++)
            values[i] = random.Next(50) switch
            {
                0 => T.Zero,
                1 => -T.Zero,
                2 when random.Next(2000) == 0 => T.NaN,
                3 when random.Next(2000) == 0 => T.PositiveInfinity,
                _ => T.CreateChecked(4 * random.NextDouble() - 2),
            };
        return DiffTensor.Create(values, shape);
    }

    // NaN of every kind is one.
    private static long[] Bits<T>(DiffTensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        [.. x.ToArray().Select(value => T.IsNaN(value) ? long.MinValue + 1 : BitConverter.DoubleToInt64Bits(double.CreateChecked(value)))];

    [Fact]
    public void Axes_in_another_order_move_every_element_to_its_place()
    {
        int[][] shapes =
        [
            [37, 50],
            [5, 33, 17],
            [3, 4, 5, 6],
            [70, 1, 41],
        ];
        foreach (var lengths in shapes)
        {
            var random = new Random(lengths[0]);
            double[] values = [.. Enumerable.Range(0, lengths.Aggregate(1, (product, length) => product * length)).Select(i => (double)i)];
            var x = DiffTensor.Create(values, lengths);
            for (var trial = 0; trial < 6; trial++)
            {
                int[] axes = [.. Enumerable.Range(0, lengths.Length).OrderBy(_ => random.Next())];
                var turned = DiffTensor<double>.Permute(x, axes);
                var place = new int[lengths.Length];
                for (var i = 0; i < values.Length; i++)
                {
                    var rest = i;
                    for (var axis = lengths.Length - 1; axis >= 0; axis--)
                        (rest, place[axis]) = Math.DivRem(rest, lengths[axis]);
                    Assert.Equal(values[i], turned[axes.Select(axis => place[axis]).ToArray()]);
                }
            }
        }
    }

    [Theory]
    [InlineData(0, 100, 200)]
    [InlineData(1, 100, 200)]
    [InlineData(1, 3, 5)]
    public void What_is_gathered_twice_has_its_gradients_added(int axis, int rows, int columns)
    {
        var random = new Random(axis);
        var x = DiffTensor.Create(new double[rows * columns], rows, columns);
        Labels labels = new(
            [.. Enumerable.Range(0, rows * columns).Select(_ => random.Next(-1, axis == 0 ? rows : columns))],
            [rows, columns]
        );
        double[] above = [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextDouble())];
        var (_, pullback) = DiffTensor.Pullback(inputs => inputs[0].Gather(axis, labels), x);
        var gradient = pullback(DiffTensor.Create(above, rows, columns))[0].ToArray();
        var expected = new double[rows * columns];
        for (var i = 0; i < above.Length; i++)
            if (labels.Indices[i] is >= 0 and var label)
                expected[axis == 0 ? label * columns + i % columns : i / columns * columns + label] += above[i];
        Assert.Equal(expected, gradient);
    }

    [Fact]
    public void Sorting_is_stable_and_puts_NaN_last()
    {
        double[] kinds = [0, -0.0, 1, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e-310, -1e-310, 0.5];
        foreach (var length in new[] { 1, 2, 48, 49, 1000 })
        foreach (var descending in new[] { false, true })
        {
            var random = new Random(length);
            double[] values =
            [
                .. Enumerable.Range(0, length).Select(_ => random.Next(2) == 0 ? kinds[random.Next(10)] : random.NextDouble()),
            ];
            int[] expected =
            [
                .. Enumerable
                    .Range(0, length)
                    .OrderBy(i => double.IsNaN(values[i]))
                    .ThenBy(i => double.IsNaN(values[i]) ? 0 : (descending ? -1 : 1) * values[i] + 0.0),
            ];
            Assert.Equal(expected, RowKernels.Order(values, [length], 0, descending).Indices.ToArray());
        }
    }

    [Fact]
    public void A_chain_of_many_operations_neither_overflows_nor_slows_down()
    {
        const int operations = 3000;
        var x = DiffTensor.Create(new float[8192]);
        var (value, pullback) = DiffTensor.Pullback(
            inputs =>
            {
                var y = inputs[0];
                for (var i = 0; i < operations; i++)
                    y = 0.5 * y + 1;
                return y;
            },
            x
        );
        Assert.Equal(2, value[0], 6);
        Assert.Equal(0, pullback(DiffTensor<float>.Filled(1, x.Shape))[0][8191]);
    }

    [Fact]
    public void What_is_read_twice_is_computed_with_the_same_bits()
    {
        var x = DiffTensor.Create([.. Enumerable.Range(0, 10000).Select(i => 0.001f * i)]);
        var y = DiffTensor<float>.Exp(x) * 3;
        var once = y.ToArray();
        for (var i = 0; i < 4; i++)
            Assert.Equal(once, y.ToArray());
        Assert.Equal(y.Sum().ToScalar(), (DiffTensor<float>.Exp(x) * 3).Sum().ToScalar());
    }
}

/// <summary>What all of the process allocates: nothing else runs meanwhile.</summary>
[Collection(nameof(ProgramMemoryTests))]
[CollectionDefinition(nameof(ProgramMemoryTests), DisableParallelization = true)]
public class ProgramMemoryTests
{
    [Fact]
    public void A_polynomial_with_its_gradient_allocates_its_results()
    {
        const int count = 1 << 20;
        var x = DiffTensor.Create(new float[count]);
        long Allocated()
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var (value, pullback) = DiffTensor.Pullback(inputs => inputs[0] * inputs[0] + 3 * inputs[0], x);
            GC.KeepAlive(value.ToArray());
            GC.KeepAlive(pullback(DiffTensor<float>.Filled(1, x.Shape))[0].ToArray());
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        _ = Allocated();
        // Pools may be filled meanwhile.
        var allocated = Enumerable.Range(0, 20).Min(_ => Allocated());
        Assert.True(allocated < 2 * 4 * count + 100_000, $"{allocated} bytes");
    }
}
