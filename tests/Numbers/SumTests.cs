using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xunit;

namespace Losses.Tests;

/// <summary>Sums of losses: a loop for each term, and the bits of the terms' own float64 numbers, multiplied, added in their order and rounded once.</summary>
public class SumTests
{
    private readonly struct Squared : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T x, T t)
            where T : IReal<T> => (x - t) * (x - t);
    }

    private readonly struct Absolute : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T x, T t)
            where T : IReal<T> => T.Abs(x - t);
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

    // The terms of what follows, in order. A sum in brackets is scaled term by term.
    private static readonly (double Scale, int Loss)[] s_terms = [(0.7, 0), (0.3, 1), (0.3 * 2, 2), (1, 0), (-0.25, 1)];

    private static Added<Added<Added<Scaled<Squared>, Scaled<Added<Logits, Scaled<Absolute>>>>, Squared>, Scaled<Logits>> Sum() =>
        0.7 * new Squared() + 0.3 * (new Logits() + 2 * new Absolute()) + new Squared() + -0.25 * new Logits();

    private sealed record Truth(double[] Values, double[] Slopes, double[] Curvatures);

    // Of one term, of float32 numbers but not rounded.
    private static Truth Of<L>(L loss, float[] x, float[] t, bool isByTarget)
        where L : struct, IPointwise
    {
        static Span<WidenedSingle> Wide(double[] numbers) => MemoryMarshal.Cast<double, WidenedSingle>(numbers.AsSpan());
        double[] a = Array.ConvertAll(x, static x => (double)x),
            b = Array.ConvertAll(t, static t => (double)t),
            values = new double[x.Length],
            slopes = new double[x.Length],
            first = new double[x.Length],
            curvatures = new double[x.Length],
            one = [1];
        var two = new TwoOf<L>(loss);
        Kernel.Map<TwoOf<L>, WidenedSingle>(two, Wide(a), Wide(b), [], Wide(values));
        Kernel.Gradient<TwoOf<L>, WidenedSingle>(
            two,
            Wide(a),
            Wide(b),
            [],
            x.Length,
            Wide(one),
            1,
            isByTarget ? [] : Wide(slopes),
            isByTarget ? Wide(slopes) : [],
            []
        );
        Kernel.GradientAndCurvature<TwoOf<L>, WidenedSingle>(two, Wide(a), Wide(b), [], Wide(one), Wide(first), Wide(curvatures), null);
        return new(values, slopes, curvatures);
    }

    private static Truth TruthOf(float[] x, float[] t, bool isByTarget = false)
    {
        Truth[] losses = [Of(new Squared(), x, t, isByTarget), Of(new Logits(), x, t, isByTarget), Of(new Absolute(), x, t, isByTarget)];
        double[] Add(Func<Truth, double[]> part)
        {
            var sums = new double[x.Length];
            foreach (var (scale, loss) in s_terms)
                for (var i = 0; i < sums.Length; i++)
                    sums[i] += scale * part(losses[loss])[i];
            return sums;
        }
        return new(Add(truth => truth.Values), Add(truth => truth.Slopes), Add(truth => truth.Curvatures));
    }

    private static float[] Rounded(double[] numbers, Func<int, double> weight) =>
        [.. numbers.Select((number, i) => weight(i) == 0 ? 0 : (float)(weight(i) * number))];

    private static float[] Numbers(int seed, int count, double low, double high)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(low + (high - low) * random.NextDouble()))];
    }

    public static TheoryData<int> Lengths => [1, 3, 16, 1000, 1024, 1025, 5003, 150_001];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_sum_is_that_of_its_terms_rounded_once(int n)
    {
        var (x, t, weights) = (Numbers(1, n, -9, 9), Numbers(2, n, 0, 1), Numbers(3, n, -2, 2));
        weights[n / 2] = 0;
        var truth = TruthOf(x, t);
        var expected = Rounded(truth.Values, _ => 1);

        var values = new float[n];
        PointwiseKernels.Values(Sum(), x, t, values);
        Assert.Equal(expected, values);
        var total = new ExactSum();
        total.Add(expected);
        Assert.Equal(total.ToDouble(), PointwiseKernels.Sum(Sum(), x, t).ToDouble());

        var gradient = new float[n];
        var sum = PointwiseKernels.ValueAndGradient(Sum(), x, t, [1f], 0.25, gradient, []);
        Assert.Equal(total.ToDouble(), sum.ToDouble());
        Assert.Equal(Rounded(truth.Slopes, _ => 0.25), gradient);
        PointwiseKernels.Gradient(Sum(), x, t, weights, 0.5, gradient, []);
        Assert.Equal(Rounded(truth.Slopes, i => 0.5 * weights[i]), gradient);

        var curvature = new float[n];
        Sum().GradientAndCurvature(x, t, gradient, curvature, weights);
        Assert.Equal(Rounded(truth.Slopes, i => weights[i]), gradient);
        Assert.Equal(Rounded(truth.Curvatures, i => weights[i]), curvature);
    }

    [Fact]
    public void A_sum_is_its_definition()
    {
        var (x, t) = (Numbers(8, 100, -9, 9), Numbers(9, 100, 0, 1));
        var values = TruthOf(x, t).Values;
        for (var i = 0; i < values.Length; i++)
            Assert.Equal(values[i], Sum().Apply<Real>(x[i], t[i]).Value, 1e-12 * (1 + Math.Abs(values[i])));
    }

    // Every term reads its operands before any result is written over them.
    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_gradients_of_a_sum_may_take_the_memory_of_its_operands(int n)
    {
        var (x, t) = (Numbers(4, n, -9, 9), Numbers(5, n, 0, 1));
        var (byPrediction, byTarget) = (TruthOf(x, t), TruthOf(x, t, isByTarget: true));
        PointwiseKernels.ValueAndGradient(Sum(), x, t, [1f], 1, x, t);
        Assert.Equal(Rounded(byPrediction.Slopes, _ => 1), x);
        Assert.Equal(Rounded(byTarget.Slopes, _ => 1), t);
    }

    [Fact]
    public void A_sum_without_weight_has_no_slope_whatever_it_is_of()
    {
        float[] x = [float.NaN, float.PositiveInfinity, 1],
            gradient = [1, 1, 1],
            curvature = [1, 1, 1];
        PointwiseKernels.Gradient(Sum(), x, [0f, 0f, 0f], [1f], 0, gradient, []);
        Assert.Equal([0f, 0f, 0f], gradient);
        Sum().GradientAndCurvature(x, [0f, 0f, 0f], gradient, curvature, [0f, 0f, 0f]);
        Assert.Equal([0f, 0f, 0f], gradient);
        Assert.Equal([0f, 0f, 0f], curvature);
    }

    [Fact]
    public void The_slope_of_a_sum_is_the_sum_of_slopes()
    {
        const int n = 777;
        double[] x = [.. Numbers(6, n, -9, 9)],
            t = [.. Numbers(7, n, 0, 1)],
            slopes = new double[n],
            slopesOfSlopes = new double[n],
            gradient = new double[n],
            curvature = new double[n];
        var partial = new Partial<TwoOf<Scaled<Added<Added<Squared, Logits>, Logits>>>, Mark1>(
            new(0.5 * (new Squared() + new Logits() + new Logits()))
        );
        Kernel.Map(partial, x, t, [0], slopes);
        Kernel.Gradient(partial, x, t, [0], n, [1.0], 1, slopesOfSlopes, [], []);
        (0.5 * (new Squared() + new Logits() + new Logits())).GradientAndCurvature(x, t, gradient, curvature);
        Assert.Equal(gradient, slopes);
        Assert.Equal(curvature, slopesOfSlopes);
    }
}
