using System.Runtime.CompilerServices;
using Xunit;

namespace Losses.Tests;

/// <summary>Law 27 over memory: a number that a definition does not take is refused with its place, by every function of the kernels.</summary>
public class DomainTests
{
    private const int Long = 300_003;

    // From 0 to 1, −1 or 1, at least 2.
    private readonly struct Bounded : IPointwise3
    {
        Domain IPointwise3.Prediction => Domain.Probability;

        Domain IPointwise3.Target => Domain.PlusOrMinusOne;

        Domain IPointwise3.Third => Domain.Between(2, double.PositiveInfinity);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T prediction, T target, T third)
            where T : IReal<T> => prediction * target + third;
    }

    private readonly struct BoundedTarget : IPointwise
    {
        Domain IPointwise.Target => Domain.Between(-0.1, 0.1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T prediction, T target)
            where T : IReal<T> => prediction * target;
    }

    // States no domain.
    private readonly struct Unbounded : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T prediction, T target)
            where T : IReal<T> => prediction - target;
    }

    public static TheoryData<int> Lengths => [1, 7, 16, 33, 64, 1000, Long];

    // Every function that runs a kernel over three operands.
    private static IEnumerable<Action<S[], S[], S[]>> Runs<S>()
        where S : unmanaged, System.Numerics.IFloatingPointIeee754<S>
    {
        yield return static (x, t, v) => PointwiseKernels.Values(default(Bounded), x, t, v, new S[x.Length]);
        yield return static (x, t, v) => PointwiseKernels.Sum<Bounded, S>(default, x, t, v);
        yield return static (x, t, v) => PointwiseKernels.ValueAndGradient(default(Bounded), x, t, v, [S.One], 1, new S[x.Length], [], []);
        yield return static (x, t, v) =>
            PointwiseKernels.Gradient(default(Bounded), x, t, v, [S.One], 1, [], new S[x.Length], new S[x.Length]);
        yield return static (x, t, v) =>
            Kernel.GradientAndCurvature<Bounded, S>(
                default,
                x,
                t,
                v,
                [S.One],
                new S[x.Length],
                new S[x.Length],
                Watch.Refusing(default(Bounded))
            );
        // A derivative takes the place of what it is by.
        yield return static (x, t, v) => PointwiseKernels.ValueAndGradient(default(Bounded), x, t, v, [S.One], 1, x, t, v);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void What_is_outside_is_refused_with_its_place(int n)
    {
        Refuses<float>(n);
        Refuses<double>(n);
    }

    private static void Refuses<S>(int n)
        where S : unmanaged, System.Numerics.IFloatingPointIeee754<S>
    {
        var random = new Random(n);
        (int Operand, double Value, string Text)[] wrong =
        [
            (0, 1.5, "prediction[#] is 1.5, but it must be from 0 to 1."),
            (0, -2, "prediction[#] is -2, but it must be from 0 to 1."),
            (0, double.PositiveInfinity, "prediction[#] is Infinity, but it must be from 0 to 1."),
            (1, 0, "target[#] is 0, but it must be -1 or 1."),
            (1, -0.5, "target[#] is -0.5, but it must be -1 or 1."),
            (2, 1.75, "third[#] is 1.75, but it must be at least 2."),
        ];
        foreach (var run in Runs<S>())
        foreach (var (operand, value, text) in wrong)
        foreach (var place in new[] { 0, n - 1, random.Next(n) })
        {
            S[][] x = [Filled<S>(n, 0.5), Filled<S>(n, -1), Filled<S>(n, 3)];
            x[operand][place] = S.CreateChecked(value);
            // A later one is not named, whichever thread comes first.
            x[(operand + 1) % 3][n - 1] = place == n - 1 ? x[(operand + 1) % 3][n - 1] : S.CreateChecked(-7);
            var e = Assert.Throws<ArgumentOutOfRangeException>(() => run(x[0], x[1], x[2]));
            Assert.Equal(text[..text.IndexOf('[', StringComparison.Ordinal)], e.ParamName);
            Assert.StartsWith(text.Replace("#", $"{place}", StringComparison.Ordinal), e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_edges_are_accepted_and_NaN(int n)
    {
        Accepts<float>(n);
        Accepts<double>(n);
    }

    private static void Accepts<S>(int n)
        where S : unmanaged, System.Numerics.IFloatingPointIeee754<S>
    {
        double[][] edges =
        [
            [0, -0.0, 1, double.NaN],
            [1, -1, double.NaN],
            [2, double.PositiveInfinity, double.NaN],
        ];
        foreach (var run in Runs<S>())
            for (var operand = 0; operand < 3; operand++)
                foreach (var edge in edges[operand])
                {
                    S[][] x = [Filled<S>(n, 0.5), Filled<S>(n, -1), Filled<S>(n, 3)];
                    x[operand][n / 2] = S.CreateChecked(edge);
                    run(x[0], x[1], x[2]);
                }
    }

    [Fact]
    public void An_operand_that_stands_for_all_is_looked_at_once()
    {
        var x = Filled<float>(Long, 0.5);
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => PointwiseKernels.Sum(default(Bounded), x, [0.5f], [3f]));
        Assert.StartsWith("target[0] is 0.5,", e.Message, StringComparison.Ordinal);
        x[5] = -1;
        e = Assert.Throws<ArgumentOutOfRangeException>(() => PointwiseKernels.Sum(default(Bounded), x, [1f], [3f]));
        Assert.StartsWith("prediction[5] is -1,", e.Message, StringComparison.Ordinal);
        // Nothing stands for no elements.
        PointwiseKernels.Values(default(Bounded), [], [0.5f], [3f], Span<float>.Empty);
    }

    // Law 23: with a weight of 0 an element is gone, where only derivatives are wanted.
    [Theory]
    [MemberData(nameof(Lengths))]
    public void What_has_no_weight_from_above_may_be_anything(int n)
    {
        float[] x = Filled<float>(n, 0.5),
            t = Filled<float>(n, 0.05),
            weights = Filled<float>(n, 2),
            gradient = new float[n],
            curvature = new float[n];
        foreach (var place in new[] { 0, n / 2, n - 1 })
        {
            (t[place], weights[place]) = (7, 0);
            default(BoundedTarget).GradientAndCurvature(x, t, gradient, curvature, weights);
            Assert.Equal(0, gradient[place]);
            PointwiseKernels.Gradient(default(BoundedTarget), x, t, weights, 1, gradient, default);
            Assert.Equal(0, gradient[place]);
            var e = Assert.Throws<ArgumentOutOfRangeException>(() =>
                default(BoundedTarget).GradientAndCurvature(x, t, gradient, curvature)
            );
            Assert.StartsWith($"target[{place}] is 7,", e.Message, StringComparison.Ordinal);
            // A value that is wanted counts once, whatever its derivative counts.
            Assert.Throws<ArgumentOutOfRangeException>(() =>
                PointwiseKernels.ValueAndGradient(default(BoundedTarget), x, t, weights, 1, gradient, default)
            );
            (t[place], weights[place]) = (0.05f, 2);
        }
    }

    [Fact]
    public void A_shape_gives_the_place()
    {
        float[] x = [1, 2, 3, 4, 5, 6],
            t = [0, 0, 0, 0, 0.25f, 0];
        var e = Assert.Throws<ArgumentOutOfRangeException>(() =>
            SpanKernels.ValueAndGradient(default(BoundedTarget), x, t, [2, 3], new float[6], Reduction.Mean)
        );
        Assert.Equal("target", e.ParamName);
        Assert.StartsWith("target[1, 1] is 0.25, but it must be from -0.1 to 0.1.", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<ArgumentOutOfRangeException>(() =>
            SpanKernels.ValueAndGradient(default(BoundedTarget), [1f], [2f], Shape.Scalar, new float[1], Reduction.Sum)
        );
        Assert.StartsWith("target is 2,", e.Message, StringComparison.Ordinal);
    }

    // 0.1 is no float32: the nearest lies above it, outside.
    [Fact]
    public void A_bound_between_two_floats_lets_the_inner_one_pass()
    {
        for (var n = 1; n < 70; n += 17)
        {
            float[] x = Filled<float>(n, 1),
                inner = Filled<float>(n, MathF.BitDecrement(0.1f)),
                outer = Filled<float>(n, 0.1);
            PointwiseKernels.Sum(default(BoundedTarget), x, inner);
            Assert.Throws<ArgumentOutOfRangeException>(() => PointwiseKernels.Sum(default(BoundedTarget), x, outer));
            PointwiseKernels.Sum<BoundedTarget, double>(default, Filled<double>(n, 1), Filled<double>(n, -0.1));
        }
    }

    [Fact]
    public void A_definition_that_states_no_domain_takes_any_number()
    {
        float[] any = [float.NegativeInfinity, -1, 0, 2, float.PositiveInfinity, float.NaN];
        PointwiseKernels.Values(default(Unbounded), any, any, new float[any.Length]);
    }

    [Fact]
    public void Domains_contain_their_edges_and_meet_in_what_is_common()
    {
        Assert.True(Domain.All.IsAll);
        Assert.True(Domain.Probability.Contains(-0.0) && Domain.Probability.Contains(1) && Domain.Probability.Contains(double.NaN));
        Assert.False(Domain.Probability.Contains(-double.Epsilon) || Domain.Probability.Contains(Math.BitIncrement(1)));
        Assert.False(Domain.PlusOrMinusOne.Contains(0) || Domain.PlusOrMinusOne.Contains(Math.BitDecrement(1)));
        var both = Domain.Probability.And(Domain.PlusOrMinusOne);
        Assert.True(both.Contains(1) && !both.Contains(-1) && !both.Contains(0.5));
        Assert.Same(Domain.NotNegative, Domain.All.And(Domain.NotNegative));
        Assert.Same(Domain.NotNegative, Domain.NotNegative.And(Domain.All));
        Assert.Equal("at most 3", Domain.Between(double.NegativeInfinity, 3).ToString());
        foreach (var (least, largest) in new (double, double)[] { (1, 0), (double.NaN, 0), (0, double.NaN) })
            Assert.Equal("largest", Assert.Throws<ArgumentOutOfRangeException>(() => Domain.Between(least, largest)).ParamName);
    }

    private static S[] Filled<S>(int n, double value)
        where S : unmanaged, System.Numerics.IFloatingPointIeee754<S>
    {
        var x = new S[n];
        Array.Fill(x, S.CreateChecked(value));
        return x;
    }
}
