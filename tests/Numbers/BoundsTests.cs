using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xunit;

namespace Losses.Tests;

/// <summary>Nothing reads or writes what is not its own, however the memory lies and however large it is.</summary>
public class BoundsTests
{
    private readonly struct Absolute : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T x, T t)
            where T : IReal<T> => T.Abs(x - t);
    }

    private static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(i))];

    private static void AssertOverlap(bool isPart, Action call, string name)
    {
        if (isPart)
            Assert.Equal(name, Assert.Throws<ArgumentException>(call).ParamName);
        else
            call();
    }

    // Every way in which a gradient can lie beside an operand of one block of memory.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_gradient_over_part_of_an_operand_is_refused_and_over_all_of_it_right(bool isTarget)
    {
        foreach (var n in (int[])[1, 2, 7, 40, 3000])
        {
            var (x, t) = (Numbers(n), Numbers(2 * n)[n..]);
            var expected = new float[n];
            var value = new Absolute().ValueAndGradient(x, t, expected.AsSpan(), Reduction.Sum);
            foreach (var shift in (int[])[-n, 1 - n, -n / 2, -1, 0, 1, n / 2, n - 1, n])
            {
                var memory = new float[3 * n];
                (isTarget ? t : x).CopyTo(memory, n);
                var operand = memory.AsMemory(n, n);
                var gradient = memory.AsMemory(n + shift, n);
                AssertOverlap(
                    Math.Abs(shift) is var apart && apart > 0 && apart < n,
                    () =>
                    {
                        var actual = new Absolute().ValueAndGradient(
                            isTarget ? x : operand.Span,
                            isTarget ? operand.Span : t,
                            gradient.Span,
                            Reduction.Sum
                        );
                        Assert.Equal(value, actual);
                        Assert.Equal(expected, gradient.ToArray());
                    },
                    "gradient"
                );
            }
        }
    }

    [Fact]
    public void A_gradient_that_lies_askew_over_an_operand_is_refused()
    {
        var memory = new byte[64];
        Assert.Equal(
            "gradient",
            Assert
                .Throws<ArgumentException>(() =>
                    new Absolute().ValueAndGradient(
                        MemoryMarshal.Cast<byte, float>(memory.AsSpan(0, 16)),
                        Numbers(4),
                        MemoryMarshal.Cast<byte, float>(memory.AsSpan(2, 16))
                    )
                )
                .ParamName
        );
    }

    private readonly struct Labelled(bool isCrossEntropy) : ILabelled
    {
        public int Axis(Shape shape) => 1;

        LabelledRows ILabelled.Rows(Labels labels, Shape shape) =>
            isCrossEntropy ? new SoftmaxLabels<NegativeLog>(default, 1, labels, [], 0.1) : new NegativeLogLikelihood(1, labels, []);
    }

    private readonly struct NegativeLog : ISoftmaxRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Of<T>(Softmax<T> prediction, T target)
            where T : IReal<T> => -T.Weigh(target, prediction.LogProbability);
    }

    private readonly struct Triplets : IVectors3
    {
        VectorRows IVectors3.Rows => new TripletRows(1, 1e-6, true);

        public LossValues<T> Of<T>(T first, T second, T third)
            where T : ITensor<T> => throw new NotSupportedException();
    }

    [Fact]
    public void A_gradient_over_part_of_logits_is_refused_and_over_all_of_them_right()
    {
        int[] labels = [0, 2, 1, -1];
        foreach (var loss in (Labelled[])[new(true), new(false)])
        {
            var expected = new float[12];
            loss.ValueAndGradient(Numbers(12), labels, expected.AsSpan());
            for (var shift = -12; shift <= 12; shift++)
            {
                var memory = new float[36];
                Numbers(12).CopyTo(memory, 12);
                var gradient = memory.AsMemory(12 + shift, 12);
                AssertOverlap(
                    Math.Abs(shift) is > 0 and < 12,
                    () =>
                    {
                        loss.ValueAndGradient(memory.AsSpan(12, 12), labels, gradient.Span);
                        Assert.Equal(expected, gradient.ToArray());
                    },
                    "gradient"
                );
            }
        }
    }

    [Fact]
    public void Gradients_of_triplets_have_memory_of_their_own()
    {
        string[] names = ["firstGradient", "secondGradient", "thirdGradient"];
        for (var by = 0; by < 3; by++)
        for (var over = 0; over < 6; over++)
        for (var shift = -6; shift <= 6; shift++)
        {
            // Three operands and three gradients, each with room around it.
            var memory = Enumerable.Range(0, 6).Select(_ => Numbers(18)).ToArray();
            var at = Enumerable.Range(0, 6).Select(i => memory[i].AsMemory(6, 6)).ToArray();
            if (over == 3 + by)
                continue;
            at[3 + by] = memory[over].AsMemory(6 + shift, 6);
            var isRefused = over < 3 ? shift is not 0 and > -6 and < 6 : shift is > -6 and < 6;
            AssertOverlap(
                isRefused,
                () =>
                    new Triplets().ValueAndGradients<Triplets, float>(
                        at[0].Span,
                        at[1].Span,
                        at[2].Span,
                        3,
                        at[3].Span,
                        at[4].Span,
                        at[5].Span
                    ),
                names[over < 3 ? by : Math.Max(by, over - 3)]
            );
        }
    }

    [Fact]
    public void Chunks_cover_every_element_once_up_to_the_longest_array()
    {
        foreach (var elements in (int[])[0, 1, 15, 16, 17, 65536, 1 << 30, Array.MaxLength - 65536, Array.MaxLength - 1, Array.MaxLength])
        foreach (var chunk in (int[])[16, 8192, 32768, 65536, 1 << 30])
        {
            var count = Cut.Count(elements, chunk);
            Assert.Equal(((long)elements + chunk - 1) / chunk, count);
            var last = count == 0 ? 0 : Cut.End(elements, (count - 1) * chunk, chunk);
            Assert.Equal(elements, last);
            if (count > 1)
                Assert.Equal((count - 1) * chunk, Cut.End(elements, (count - 2) * chunk, chunk));
        }
    }

    // The memory that it needs passes 2³¹ numbers before the logits do: taken as an int it was a few, and what lay behind was overwritten.
    [Theory]
    [InlineData(1 << 29, 2)]
    [InlineData(1 << 29, 3)]
    public unsafe void A_row_with_more_classes_than_there_is_room_for_is_refused_before_it_is_read(int classes, int inner)
    {
        var labels = new Labels(new int[inner], [1, inner]);
        var loss = new SoftmaxLabels<NegativeLog>(default, 1, labels, []);
        var one = 1.0;
        var job = new SoftmaxLabelsJob<NegativeLog, float>(loss, null, classes, inner, &one, true, null, null);
        var refused = Assert.Throws<ArgumentException>(() => job.Run(true));
        Assert.StartsWith($"{classes} classes in a row need ", refused.Message);
    }

    [Fact]
    public void Frames_and_labels_whose_lattice_no_array_holds_are_refused()
    {
        const int frames = 1 << 16;
        var samples = new[] { 1 }.Length;
        var used = (1 << 15) + 1;
        var paths = new CTCPaths(new int[used], new bool[used], used, [frames], [used / 2]);
        var gradients = new float[frames * 2];
        Assert.Throws<ArgumentException>(() => paths.Run<float>(new float[frames * 2], 2, [1.0], new double[samples], gradients, false));
    }

    [Fact]
    public void A_tensor_has_as_many_numbers_as_its_shape()
    {
        var like = DiffTensor.Create(1.0, 2.0);
        foreach (var count in (int[])[0, 1, 7, 9, 100])
            Assert.Equal(
                "values",
                Assert.Throws<ArgumentException>(() => DiffTensor<double>.Create(like, new double[count], [8])).ParamName
            );
        Assert.Equal(new double[8], DiffTensor<double>.Create(like, new double[8], [8]).ToArray());
    }

    [Theory]
    [InlineData(0, 46341, 46341)]
    [InlineData(46341, 0, 46341)]
    [InlineData(46341, 46341, 0)]
    [InlineData(int.MaxValue, 2, 0)]
    [InlineData(1 << 16, 1 << 15, 0)]
    public void An_empty_shape_whose_other_axes_are_more_than_an_array_holds_is_refused(params int[] lengths) =>
        Assert.Equal("lengths", Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(lengths)).ParamName);

    [Fact]
    public void A_shape_has_64_axes_at_most()
    {
        Assert.Equal(64, new Shape([.. Enumerable.Repeat(1, 64)]).Rank);
        Assert.Equal("lengths", Assert.Throws<ArgumentOutOfRangeException>(() => new Shape([.. Enumerable.Repeat(1, 65)])).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape([.. Enumerable.Repeat(1, 64)]).Insert(3, 1));
    }

    [Fact]
    public void What_no_array_holds_is_refused_by_name()
    {
        var half = DiffTensor<float>.Filled(0.5, [1 << 30]);
        Assert.Equal("tensors", Assert.Throws<ArgumentException>(() => DiffTensor<float>.Concatenate([half, half], 0)).ParamName);
        var wide = DiffTensor<float>.Filled(0.5, [2, 1 << 29]);
        Assert.Equal("tensors", Assert.Throws<ArgumentException>(() => DiffTensor<float>.Concatenate([wide, wide], 0)).ParamName);
        var column = DiffTensor<float>.Filled(1, [1 << 16, 1]);
        var row = DiffTensor<float>.Filled(1, [1, 1 << 16]);
        Assert.Equal("b", Assert.Throws<ArgumentException>(() => DiffTensor<float>.MatMul(column, row)).ParamName);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(-0.0)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    [InlineData(1e308)]
    public void One_number_everywhere_is_summed_as_one(double value)
    {
        // The bits of the numbers one by one.
        foreach (
            var shape in (Shape[])
                [
                    [0],
                    [1],
                    [7],
                    [3, 5],
                    [2, 0],
                    [0, 2],
                ]
        )
        {
            var uniform = DiffTensor<double>.Filled(value, shape);
            var dense = new DiffTensor<double>(uniform.ToArray(), shape);
            Assert.Equal(Bits(dense.Sum()), Bits(uniform.Sum()));
            Assert.Equal(Bits(dense.Mean()), Bits(uniform.Mean()));
            for (var axis = 0; axis < shape.Rank; axis++)
                Assert.Equal(Bits(dense.Sum(axis)), Bits(uniform.Sum(axis)));
        }

        static long[] Bits(DiffTensor<double> x) => [.. x.ToArray().Select(BitConverter.DoubleToInt64Bits)];
    }

    [Fact]
    public void One_number_everywhere_takes_the_memory_of_one()
    {
        Shape huge = [2_000_000_000];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(1e9f, DiffTensor<float>.Filled(0.5, huge).Sum().ToScalar());
        Assert.Equal(0.5, DiffTensor<double>.Filled(0.5, huge).Mean().ToScalar());
        Assert.Equal(1, DiffTensor<double>.Filled(0.5, [2, 1_000_000_000]).Sum(0)[5]);
        var (value, pull) = DiffTensor.Pullback(x => x[0].Sum(), DiffTensor<double>.Filled(0.5, huge));
        Assert.Equal(1, pull(value / value)[0][7]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void The_text_of_a_tensor_is_bounded_and_balanced()
    {
        foreach (
            var shape in (Shape[])
                [
                    [],
                    [0],
                    [3],
                    [100],
                    [.. Enumerable.Repeat(2, 26)],
                    [.. Enumerable.Repeat(1, 64)],
                    [.. Enumerable.Repeat(9, 9)],
                    [8, 8, 8, 8, 8, 8, 0],
                ]
        )
        {
            var text = DiffTensor<float>.Filled(0.5, shape).ToString();
            Assert.InRange(text.Length, 1, 20_000);
            Assert.Equal(text.Count(c => c == '['), text.Count(c => c == ']'));
        }
    }
}
