using Losses.CSharp;
using Xunit;

namespace Losses.Tests;

/// <summary>What a step over tensors costs, and that it is the same numbers however little is computed and wherever they go.</summary>
public class OnePass
{
    private const int Count = 1 << 18;
    private const int Small = 1 << 16;

    private static readonly DiffTensor<float> s_x = Samples.Numbers<float>([512, 512], 1);
    private static readonly DiffTensor<float> s_t = Samples.Probabilities<float>([512, 512], 2);
    private static readonly DiffTensor<float> s_w = Samples.Probabilities<float>([512, 512], 3);

    public static TheoryData<string> Losses => [.. s_losses.Keys];

    private static readonly Dictionary<string, Func<DiffTensor<float>, DiffTensor<float>>> s_losses = new()
    {
        ["mean"] = x => Loss.MSE(x, s_t).Mean(),
        ["sum"] = x => Loss.BCEWithLogits(x, s_t).Sum(),
        ["sum of values"] = x => Loss.MSE(x, s_t).Values.Sum(),
        ["weights"] = x => Loss.BCEWithLogits(x, s_t).Weighted(s_w).Mean(),
        ["weights that count"] = x => Loss.MSE(x, s_t).Weighted(s_w, Divisor.Weights).Mean(),
        ["positive weights"] = x => Loss.BCEWithLogits(x, s_t, s_w).Mean(),
        ["by sample"] = x => Loss.MSE(x, s_t).PerSample().Mean(),
        ["scaled"] = x => 3 * Loss.MSE(x, s_t).Mean() / 7 - 2,
        ["two losses"] = x => 0.7 * Loss.MSE(x, s_t).Mean() + 0.3 * Loss.L1(x, s_t).Mean(),
        ["three losses"] = x => Loss.MSE(x, s_t).Mean() + Loss.L1(x, s_t).Mean() + Loss.Huber(x, s_t, 0.5).Mean(),
        ["Dice"] = x => Loss.Dice(x, s_t, activation: RegionActivation.Sigmoid, over: RegionScope.SampleAndClasses).Mean(),
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_step_allocates_its_gradient_and_into_the_callers_memory_nothing(string name)
    {
        var f = s_losses[name];
        var gradient = new float[Count];
        Assert.InRange(Allocated(() => Diff.ValueAndGradInto(f, s_x, gradient).ToScalar()), 0, Small);
        Assert.InRange(
            Allocated(() =>
            {
                var (value, gradient) = Diff.ValueAndGrad(f, s_x);
                return value.ToScalar() + gradient[0, 0];
            }),
            4 * Count,
            4 * Count + Small
        );
    }

    private static long Allocated(Func<float> step)
    {
        step();
        step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        step();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void The_gradient_in_the_callers_memory_is_the_gradient(string name)
    {
        var f = s_losses[name];
        var (value, gradient) = Diff.ValueAndGrad(f, s_x);
        var memory = new float[Count + 2];
        Array.Fill(memory, float.NaN);
        Assert.Equal(value.ToScalar(), Diff.ValueAndGradInto(f, s_x, memory.AsMemory(1, Count)).ToScalar());
        Assert.Equal(gradient.ToArray(), memory[1..^1]);
        Assert.True(float.IsNaN(memory[0]) && float.IsNaN(memory[^1]));
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_value_is_the_same_read_before_the_gradient_after_it_and_without_one(string name)
    {
        var f = s_losses[name];
        var alone = f(s_x).ToScalar();
        var before = float.NaN;
        Diff.Grad(
            x =>
            {
                var loss = f(x);
                before = loss.ToScalar();
                return loss;
            },
            s_x
        );
        var (after, _) = Diff.ValueAndGrad(f, s_x);
        Assert.Equal(alone, before);
        Assert.Equal(alone, after.ToScalar());
    }

    [Fact]
    public void Value_and_gradient_are_one_evaluation_of_the_formula()
    {
        int Evaluations(Action step)
        {
            Counted.Calls = 0;
            step();
            return Counted.Calls;
        }
        float[] x = [.. Enumerable.Range(0, 1024).Select(i => i / 64f)],
            zeros = new float[1024];
        var (prediction, target) = (DiffTensor.Create(x), DiffTensor.Create(zeros));
        var spans = Evaluations(() => new Counted().ValueAndGradient(x, zeros, new float[1024]));
        Assert.NotEqual(0, spans);
        Assert.Equal(
            spans,
            Evaluations(() =>
            {
                var (value, gradient) = Diff.ValueAndGrad(x => 2 * Loss.Pointwise(x, target, new Counted()).Mean() + 1, prediction);
                _ = value.ToScalar() + gradient[0];
            })
        );
        Assert.Equal(
            spans,
            Evaluations(() =>
            {
                var total = new LossAccumulator();
                Diff.ValueAndGrad(
                    x =>
                    {
                        var loss = Loss.Pointwise(x, target, new Counted());
                        loss.AddTo(total);
                        return loss.Mean();
                    },
                    prediction
                );
                Assert.Equal(1024, total.Weight);
                Assert.True(total.Mean > 0);
            })
        );
    }

    private readonly struct Counted : IPointwise
    {
        public static int Calls;

        public T Apply<T>(T x, T t)
            where T : IReal<T>
        {
            Interlocked.Increment(ref Calls);
            return (x - t) * (x - t);
        }
    }

    [Fact]
    public void Gradients_of_several_losses_add_up_in_float64()
    {
        Func<DiffTensor<float>, DiffTensor<float>>[] losses =
        [
            x => Loss.MSE(x, s_t).Mean(),
            x => Loss.L1(x, s_t).Mean(),
            x => Loss.Huber(x, s_t, 0.5).Mean(),
            x => Loss.LogCosh(x, s_t).Mean(),
        ];
        var parts = Array.ConvertAll(losses, f => Diff.Grad(f, s_x).ToArray());
        for (var terms = 1; terms <= losses.Length; terms++)
        {
            var some = losses[..terms];
            var expected = Enumerable.Range(0, Count).Select(i => (float)parts[..terms].Sum(part => (double)part[i]));
            Assert.Equal(expected, Diff.Grad(x => some.Select(f => f(x)).Aggregate((a, b) => a + b), s_x).ToArray());
        }
    }

    [Fact]
    public void Gradients_of_losses_and_of_steps_add_up()
    {
        var x = DiffTensor.Create(1f, -2, 3);
        var t = DiffTensor.Create(0f, 0, 0);
        DiffTensor<float> F(DiffTensor<float> x) => Loss.MSE(x, t).Sum() + Loss.L1(x, t).Sum() + (x * x * x).Sum() + 5 * x.Sum();
        Assert.Equal([11f, 12, 39], Diff.Grad(F, x).ToArray());
        // Of the third derivative only the cube is left.
        Assert.Equal([6f, 6, 6], Diff.Grad(x => Diff.Grad(x => Diff.Grad(F, x).Sum(), x).Sum(), x).ToArray());
        Assert.Equal([8f, -10, 20], Diff.Hvp(F, x, DiffTensor.Create(1f, 1, 1)).ToArray());
    }

    [Fact]
    public void Several_threads_may_go_back_over_one_tape()
    {
        var (_, pullback) = DiffTensor.Pullback(x => 0.7 * Loss.MSE(x[0], s_t).Mean() + 0.3 * Loss.L1(x[0], s_t).Mean(), s_x);
        float[][] expected = [.. Enumerable.Range(0, 4).Select(i => pullback(DiffTensor.Scalar(1f + i))[0].ToArray())];
        Parallel.For(0, 64, i => Assert.Equal(expected[i % 4], pullback(DiffTensor.Scalar(1f + i % 4))[0].ToArray()));
    }

    [Fact]
    public void A_function_that_does_not_vary_has_the_gradient_0_in_the_callers_memory()
    {
        float[] gradient = [7, 7];
        Assert.Equal(3, Diff.ValueAndGradInto(_ => 3.0, DiffTensor.Create(1f, 2), gradient).ToScalar());
        Assert.Equal([0f, 0], gradient);
        Assert.Equal(
            2,
            Diff.ValueAndGradInto(x => DiffTensor<float>.Detach(x).Sum() + 0 * x.Sum(), DiffTensor.Create(1f, 1), gradient).ToScalar()
        );
    }

    [Fact]
    public void The_callers_memory_must_have_the_gradients_length()
    {
        var error = Assert.Throws<ArgumentException>(() => Diff.ValueAndGradInto(x => x.Sum(), DiffTensor.Create(1f, 2), new float[3]));
        Assert.StartsWith("gradient has 3 elements but x has shape (2); they must be equal.", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Diff.ValueAndGradInto(x => x, DiffTensor.Create(1f, 2), new float[2]));
    }

    [Fact]
    public void A_tensor_over_the_callers_memory_is_that_of_a_copy()
    {
        Over<float>();
        Over<double>();
    }

    private static void Over<S>()
        where S : unmanaged, System.Numerics.IFloatingPointIeee754<S>
    {
        var memory = Samples.Numbers<S>([100], 1).ToArray();
        var copy = new DiffTensor<S>(memory.AsSpan(3, 20), [4, 5]);
        var over = DiffTensor.Over<S>(memory.AsMemory(3, 20), [4, 5]);
        var target = Samples.Numbers<S>([4, 5], 2);
        Assert.Equal(copy.ToArray(), over.ToArray());
        Assert.Equal(copy[2, 3], over[2, 3]);
        foreach (
            var f in new Func<DiffTensor<S>, DiffTensor<S>>[] { x => Loss.MSE(x, target).Mean(), x => (x * x).Exp().Sum(), x => x.Sum() }
        )
        {
            var (value, gradient) = Diff.ValueAndGrad(f, copy);
            var (valueOver, gradientOver) = Diff.ValueAndGrad(f, over);
            Assert.Equal(value.ToScalar(), valueOver.ToScalar());
            Assert.Equal(gradient.ToArray(), gradientOver.ToArray());
        }
        Assert.Equal((copy + target).Permute(1, 0).ToArray(), (over + target).Permute(1, 0).ToArray());
        Weights weights = typeof(S) == typeof(float) ? (DiffTensor<float>)(object)over.Abs() : (DiffTensor<double>)(object)over.Abs();
        Assert.Equal(20, weights.Values.Length);
        Assert.Throws<ArgumentException>(() => DiffTensor.Over<S>(memory, [4, 5]));
    }

    [Fact]
    public void An_accumulator_waits_for_the_gradient_and_gives_the_same_bits()
    {
        LossAccumulator plain = new(),
            waiting = new();
        for (var batch = 0; batch < 3; batch++)
        {
            var x = Samples.Numbers<float>([100, 7], batch);
            var t = Samples.Numbers<float>([100, 7], batch + 9);
            Loss.MSE(x, t).AddTo(plain);
            DiffTensor<float> F(DiffTensor<float> x)
            {
                var loss = Loss.MSE(x, t);
                loss.AddTo(waiting);
                // Read while it waits, once.
                Assert.True(batch != 1 || waiting.Equals(plain));
                return loss.Mean();
            }
            Diff.ValueAndGrad(F, x);
        }
        Assert.Equal(plain, waiting);
        Assert.Equal(plain.ToBytes(), waiting.ToBytes());
        Diff.ValueAndGrad(
            x =>
            {
                Loss.MSE(x, s_t).AddTo(waiting);
                waiting.Reset();
                return x.Sum();
            },
            s_x
        );
        Assert.Equal(0, waiting.Sum);
    }

    [Fact]
    public void A_number_outside_its_domain_is_refused_where_the_loss_is_reduced()
    {
        var x = DiffTensor.Create(1f, 2, 3);
        var t = DiffTensor.Create(0f, 1.5f, 1);
        var total = new LossAccumulator();
        var isReached = false;
        DiffTensor<float> Reduced(DiffTensor<float> x, Func<LossValues<DiffTensor<float>>, DiffTensor<float>> reduce)
        {
            try
            {
                return reduce(Loss.BCEWithLogits(x, t));
            }
            catch (ArgumentOutOfRangeException)
            {
                isReached = true;
                throw;
            }
        }
        foreach (
            var reduce in new Func<LossValues<DiffTensor<float>>, DiffTensor<float>>[]
            {
                loss => loss.Mean(),
                loss => loss.Sum(),
                loss => loss.Weighted(new[] { 1.0, 1, 1 }).Mean(),
                loss =>
                {
                    loss.AddTo(total);
                    return loss.Mean();
                },
            }
        )
        {
            isReached = false;
            var error = Assert.Throws<ArgumentOutOfRangeException>(() => Diff.ValueAndGrad(x => Reduced(x, reduce), x));
            Assert.Contains("target[1] is 1.5", error.Message, StringComparison.Ordinal);
            Assert.True(isReached);
        }
        Assert.Equal(0, total.Weight);
        // Where it does not count it may be anything.
        Assert.True(
            float.IsFinite(Diff.ValueAndGrad(x => Loss.BCEWithLogits(x, t).Masked([true, false, true]).Mean(), x).Value.ToScalar())
        );
    }

    [Fact]
    public void A_long_chain_of_scalars_does_not_overflow_the_stack()
    {
        var (x, t) = (DiffTensor.Create(1f, 2), DiffTensor.Create(0f, 0));
        var (value, gradient) = Diff.ValueAndGrad(
            x =>
            {
                var total = Loss.MSE(x, t).Mean();
                for (var i = 0; i < 100_000; i++)
                    total = 1 * total + 1;
                return total;
            },
            x
        );
        Assert.Equal(100_002.5f, value.ToScalar());
        Assert.Equal([1f, 2], gradient.ToArray());
    }

    [Theory]
    [InlineData(3, 100_000)]
    [InlineData(1000, 70)]
    [InlineData(1, 5)]
    [InlineData(4, 1)]
    public void Each_samples_sum_is_that_of_its_values(int rows, int length)
    {
        var x = Samples.Numbers<float>([rows, length], 1);
        var t = Samples.Numbers<float>([rows, length], 2);
        var values = Loss.Huber(x, t, 0.5).Values.ToArray();
        var expected = new float[rows];
        for (var row = 0; row < rows; row++)
        {
            var sum = new ExactSum();
            sum.Add(values.AsSpan(row * length, length));
            expected[row] = (float)sum.ToDouble();
        }
        Assert.Equal(expected, Loss.Huber(x, t, 0.5).PerSample(Reduction.Sum).ToArray());
    }
}
