using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Xunit;

namespace Losses.Tests;

/// <summary>The pointwise kernels: no length, place, width or number of threads changes a bit.</summary>
public class KernelTests
{
    private readonly struct Squared : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T x, T t)
            where T : IReal<T> => (x - t) * (x - t);
    }

    private readonly struct Logits : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T x, T t)
            where T : IReal<T>
        {
            var l = T.Logistic(x);
            return T.Weigh(t, l.SoftplusOfMinus) + T.Weigh(T.Constant(1) - t, l.Softplus);
        }
    }

    private readonly struct Focal(double gamma) : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T x, T t)
            where T : IReal<T>
        {
            var l = T.Logistic(x);
            return T.Weigh(t, T.Power(l.SigmoidOfMinus, gamma) * l.SoftplusOfMinus)
                + T.Weigh(T.Constant(1) - t, T.Power(l.Sigmoid, gamma) * l.Softplus);
        }
    }

    private readonly struct Gaussian : IPointwise3
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T x, T t, T v)
            where T : IReal<T>
        {
            var d = x - t;
            return T.Constant(0.5) * (T.Log(v) + d * d / v) + T.Exp(-v) * T.Log1P(v) + T.ExpM1(d);
        }
    }

    private static double[] Numbers(int seed, int count, double low, double high)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => low + (high - low) * random.NextDouble()).ToArray();
    }

    private static float[] Singles(int seed, int count, double low, double high) =>
        Numbers(seed, count, low, high).Select(x => (float)x).ToArray();

    [Fact]
    public void Any_length_and_any_place_give_the_bits_of_an_element_alone()
    {
        var x = Singles(1, 300, -30, 30);
        var t = Singles(2, 300, 0, 1);
        var alone = new float[300];
        var slope = new float[300];
        for (var i = 0; i < 300; i++)
        {
            PointwiseKernels.Values(new Logits(), x.AsSpan(i, 1), t.AsSpan(i, 1), alone.AsSpan(i, 1));
            PointwiseKernels.Gradient(new Logits(), x.AsSpan(i, 1), t.AsSpan(i, 1), [1f], 0.25, slope.AsSpan(i, 1), default);
        }
        for (var n = 0; n <= 200; n++)
        for (var at = 0; at <= 15; at += 5)
        {
            var values = new float[n];
            var gradient = new float[n];
            PointwiseKernels.Values(new Logits(), x.AsSpan(at, n), t.AsSpan(at, n), values);
            Assert.Equal(alone.AsSpan(at, n).ToArray(), values);
            PointwiseKernels.ValueAndGradient(new Logits(), x.AsSpan(at, n), t.AsSpan(at, n), [1f], 0.25, gradient, default);
            Assert.Equal(slope.AsSpan(at, n).ToArray(), gradient);
        }
    }

    [Fact]
    public unsafe void Every_width_gives_the_same_kernel()
    {
        var x = Numbers(3, 2053, -750, 750);
        var t = Numbers(4, 2053, 0, 1);
        double[] Run<TLane>(out double sum)
            where TLane : struct, ILane<TLane, double>
        {
            var gradient = new double[x.Length];
            fixed (
                double* px = x,
                    pt = t,
                    pg = gradient
            )
            {
                var job = new Job<TwoOf<Focal>, double>(new(new(2.5)), x.Length) { IsSummed = true };
                job.Read(0, px, x.Length);
                job.Read(1, pt, t.Length);
                job.Write(0, pg, gradient.Length);
                sum = job.RunWith<TLane>()!.ToDouble();
            }
            return gradient;
        }
        var expected = Run<Lane<Simd128, Vector128<double>, double>>(out var expectedSum);
        if (Lane<Simd256, Vector256<double>, double>.IsSupported)
        {
            Assert.Equal(expected, Run<Lane<Simd256, Vector256<double>, double>>(out var sum));
            Assert.Equal(expectedSum, sum);
        }
        if (Lane<Simd512, Vector512<double>, double>.IsSupported)
        {
            Assert.Equal(expected, Run<Lane<Simd512, Vector512<double>, double>>(out var sum));
            Assert.Equal(expectedSum, sum);
        }
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        const int n = 1_000_003;
        var x = Singles(5, n, -30, 30);
        var t = Singles(6, n, 0, 1);
        var before = Threads.Max;
        var results = new List<(double Sum, float[] Gradient)>();
        try
        {
            foreach (var threads in new[] { 1, 2, 7 })
            {
                Threads.Max = threads;
                var gradient = new float[n];
                results.Add((PointwiseKernels.ValueAndGradient(new Logits(), x, t, [1f], 1.0 / n, gradient, default).ToDouble(), gradient));
            }
        }
        finally
        {
            Threads.Max = before;
        }
        Assert.All(results, r => Assert.Equal(results[0].Sum, r.Sum));
        Assert.All(results, r => Assert.True(results[0].Gradient.AsSpan().SequenceEqual(r.Gradient)));
    }

    // Large results go past the cache, line by line: wherever the lines begin, the bits are those of small pieces.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    public void Results_too_large_for_the_cache_are_the_same(int at)
    {
        const int n = (1 << 20) + 77;
        var x = Singles(12, n + at, -30, 30);
        var t = Singles(13, n + at, 0, 1);
        var gradient = new float[n + at + 1];
        var pieces = new float[n + at + 1];
        var sum = PointwiseKernels
            .ValueAndGradient(new Logits(), x.AsSpan(at), t.AsSpan(at), [1f], 0.25, gradient.AsSpan(at, n), default)
            .ToDouble();
        for (var start = 0; start < n; start += 100_000)
        {
            var (from, count) = (at + start, Math.Min(100_000, n - start));
            PointwiseKernels.Gradient(
                new Logits(),
                x.AsSpan(from, count),
                t.AsSpan(from, count),
                [1f],
                0.25,
                pieces.AsSpan(from, count),
                default
            );
        }
        Assert.True(pieces.AsSpan().SequenceEqual(gradient));
        var inPlace = PointwiseKernels.ValueAndGradient(new Logits(), x.AsSpan(at), t.AsSpan(at), [1f], 0.25, x.AsSpan(at), default);
        Assert.True(pieces.AsSpan(at, n).SequenceEqual(x.AsSpan(at)));
        Assert.Equal(sum, inPlace.ToDouble());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(37)]
    [InlineData(5000)]
    public void An_operand_of_length_one_is_that_number_everywhere(int n)
    {
        var x = Numbers(7, n, -3, 3);
        var v = Numbers(8, n, 0.5, 3);
        var filled = Enumerable.Repeat(0.75, n).ToArray();
        double[] one = [0.75];
        var (values, expected) = (new double[n], new double[n]);
        PointwiseKernels.Values(new Gaussian(), x, one, v, values);
        PointwiseKernels.Values(new Gaussian(), x, filled, v, expected);
        Assert.Equal(expected, values);
        Assert.Equal(
            PointwiseKernels.Sum(new Gaussian(), x, filled, v).ToDouble(),
            PointwiseKernels.Sum(new Gaussian(), x, one, v).ToDouble()
        );
        PointwiseKernels.Gradient(new Gaussian(), x, one, v, one, 2, default, values, default);
        PointwiseKernels.Gradient(new Gaussian(), x, filled, v, filled, 2, default, expected, default);
        Assert.Equal(expected, values);
        var (curvatures, expectedCurvatures) = (new double[n], new double[n]);
        Kernel.GradientAndCurvature(new Gaussian(), x, one, v, one, values, curvatures, null);
        Kernel.GradientAndCurvature(new Gaussian(), x, filled, v, filled, expected, expectedCurvatures, null);
        Assert.Equal(expected, values);
        Assert.Equal(expectedCurvatures, curvatures);
    }

    [Theory]
    [InlineData(13)]
    [InlineData(4099)]
    public void A_derivative_may_take_the_memory_of_an_operand(int n)
    {
        var (x, t, v) = (Numbers(9, n, -3, 3), Numbers(10, n, -3, 3), Numbers(11, n, 0.5, 3));
        var (gx, gt, gv) = (new double[n], new double[n], new double[n]);
        var sum = PointwiseKernels.ValueAndGradient(new Gaussian(), x, t, v, [1.0], 1, gx, gt, gv).ToDouble();
        Assert.Equal(sum, PointwiseKernels.ValueAndGradient(new Gaussian(), x, t, v, [1.0], 1, x, t, v).ToDouble());
        Assert.Equal(gx, x);
        Assert.Equal(gt, t);
        Assert.Equal(gv, v);
    }

    [Fact]
    public void Gradients_are_slopes_and_curvatures_are_slopes_of_gradients()
    {
        const int n = 101;
        const double h = 1e-5;
        double[][] at = [Numbers(12, n, -2, 2), Numbers(13, n, -2, 2), Numbers(14, n, 0.5, 3)];
        var upstream = Numbers(18, n, -2, 2);
        double[][] Gradient(double[][] p)
        {
            double[][] g = [new double[n], new double[n], new double[n]];
            PointwiseKernels.Gradient(new Gaussian(), p[0], p[1], p[2], upstream, 0.5, g[0], g[1], g[2]);
            return g;
        }
        double[] Values(double[][] p)
        {
            var values = new double[n];
            PointwiseKernels.Values(new Gaussian(), p[0], p[1], p[2], values);
            return values;
        }
        double[][] Moved(Func<int, int, double> step) => at.Select((p, k) => p.Select((x, i) => x + step(k, i)).ToArray()).ToArray();

        var gradient = Gradient(at);
        for (var k = 0; k < 3; k++)
        {
            var (above, below) = (Values(Moved((j, _) => j == k ? h : 0)), Values(Moved((j, _) => j == k ? -h : 0)));
            for (var i = 0; i < n; i++)
                Assert.Equal(upstream[i] * 0.5 * (above[i] - below[i]) / (2 * h), gradient[k][i], 1e-6 * (1 + Math.Abs(gradient[k][i])));
        }

        var (slopes, curvatures) = (new double[n], new double[n]);
        Kernel.GradientAndCurvature(new Gaussian(), at[0], at[1], at[2], upstream, slopes, curvatures, null);
        var (ahead, behind) = (Gradient(Moved((j, _) => j == 0 ? h : 0)), Gradient(Moved((j, _) => j == 0 ? -h : 0)));
        for (var i = 0; i < n; i++)
        {
            Assert.Equal(2 * gradient[0][i], slopes[i], 1e-15 * Math.Abs(slopes[i]));
            Assert.Equal((ahead[0][i] - behind[0][i]) / h, curvatures[i], 2e-5 * (1 + Math.Abs(curvatures[i])));
        }
    }

    [Fact]
    public void A_loss_keeps_its_tail()
    {
        var values = new float[2];
        var gradient = new float[2];
        PointwiseKernels.Values(new Logits(), [-20f, -103f], [0f], values);
        Assert.Equal([2.0611537e-9f, 1.4e-45f], values);
        PointwiseKernels.Gradient(new Logits(), [17f, 40f], [1f], [1f], 1, gradient, default);
        Assert.Equal([-4.1399375e-8f, -4.2483543e-18f], gradient);
    }

    [Fact]
    public void A_sum_is_that_of_the_rounded_losses()
    {
        const int n = 70_001;
        var (x, t) = (Singles(21, n, -30, 30), Singles(22, n, 0, 1));
        var values = new float[n];
        PointwiseKernels.Values(new Logits(), x, t, values);
        var expected = new ExactSum();
        expected.Add(values);
        Assert.Equal(expected.ToDouble(), PointwiseKernels.Sum(new Logits(), x, t).ToDouble());
        Assert.Equal(expected.ToDouble(), PointwiseKernels.ValueAndGradient(new Logits(), x, t, [1f], 1, default, default).ToDouble());
    }

    [Fact]
    public void Other_storage_is_refused_by_its_name()
    {
        Half[] x = [(Half)1, (Half)2];
        var e = Assert.Throws<NotSupportedException>(() => PointwiseKernels.Sum(new Squared(), x.AsSpan(), x.AsSpan()));
        Assert.Contains("Half", e.Message);
    }

    [Fact]
    public void A_loss_that_throws_stops_the_kernel_on_any_thread()
    {
        var x = new float[1 << 18];
        Assert.Throws<NotSupportedException>(() => PointwiseKernels.Sum(new Refusing(), x, x));
    }

    private readonly struct Refusing : IPointwise
    {
        public T Apply<T>(T x, T t)
            where T : IReal<T> => throw new NotSupportedException();
    }
}
