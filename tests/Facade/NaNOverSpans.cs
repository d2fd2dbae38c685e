using System.Numerics;
using System.Reflection;
using Xunit;

namespace Losses.Tests;

/// <summary>Law 26 over spans: of every definition that the library has, and of the kernels of rows.</summary>
public class NaNOverSpans
{
    // No whole number of registers.
    private const int Count = 37;

    public static TheoryData<string> Definitions =>
        [
            .. typeof(MSE)
                .Assembly.GetExportedTypes()
                .Where(type => type.IsValueType && (Is<IPointwise>(type) || Is<IPointwise3>(type)))
                .Select(type => type.FullName!),
        ];

    [Theory]
    [MemberData(nameof(Definitions))]
    public void Of_every_definition(string name)
    {
        var definition = typeof(MSE).Assembly.GetType(name)!;
        foreach (var storage in new[] { typeof(float), typeof(double) })
            typeof(NaNOverSpans)
                .GetMethod(Is<IPointwise>(definition) ? nameof(OfTwo) : nameof(OfThree), BindingFlags.Static | BindingFlags.NonPublic)!
                .MakeGenericMethod(definition, storage)
                .Invoke(null, null);
    }

    [Theory]
    [InlineData(new[] { 5, 4 }, 1)]
    [InlineData(new[] { 3, 40 }, 1)]
    [InlineData(new[] { 2, 4, 9 }, 1)]
    [InlineData(new[] { 4, 11 }, 0)]
    public void Of_rows_with_labels(int[] lengths, int axis)
    {
        OfLabels<float>(lengths, axis);
        OfLabels<double>(lengths, axis);
    }

    [Theory]
    [InlineData(1.0, false)]
    [InlineData(2.0, false)]
    [InlineData(2.0, true)]
    public void Of_triplets(double p, bool swap)
    {
        OfTriplets<float>(p, swap);
        OfTriplets<double>(p, swap);
    }

    private static bool Is<T>(Type type) => typeof(T).IsAssignableFrom(type);

    // A number of a domain at which every term counts.
    private static S[] Operand<S>(Domain domain)
        where S : unmanaged, IFloatingPointIeee754<S> =>
        [
            .. Enumerable.Repeat(
                S.CreateChecked(
                    domain.Contains(0.25) ? 0.25
                    : domain.Contains(1) ? 1
                    : -0.25
                ),
                Count
            ),
        ];

    private static void OfTwo<L, S>()
        where L : struct, IPointwise
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        L loss = default;
        for (var operand = 0; operand < 2; operand++)
        for (var place = 0; place < Count; place++)
        {
            S[][] x = [Operand<S>(loss.Prediction), Operand<S>(loss.Target)];
            x[operand][place] = S.NaN;
            var gradient = new S[Count];
            Assert.True(S.IsNaN(loss.ValueAndGradient<L, S>(x[0], x[1], gradient)));
            Only(place, gradient);
        }
    }

    private static void OfThree<L, S>()
        where L : struct, IPointwise3
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        L loss = default;
        for (var operand = 0; operand < 3; operand++)
        for (var place = 0; place < Count; place++)
        {
            S[][] x = [Operand<S>(loss.Prediction), Operand<S>(loss.Target), Operand<S>(loss.Third)],
                gradients = [new S[Count], new S[Count], new S[Count]];
            x[operand][place] = S.NaN;
            Assert.True(S.IsNaN(loss.ValueAndGradients<L, S>(x[0], x[1], x[2], gradients[0], gradients[1], gradients[2])));
            foreach (var gradient in gradients)
                Only(place, gradient);
        }
    }

    private static void OfLabels<S>(Shape shape, int axis)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        var labels = Samples.Labels(shape.Without(axis), shape[axis], 2).Indices.ToArray();
        var inner = shape.ToArray().Skip(axis + 1).Aggregate(1, (size, length) => size * length);
        int RowOf(int place) => place / (inner * shape[axis]) * inner + place % inner;
        for (var place = 0; place < shape.Size; place++)
        {
            var row = RowOf(place);
            Check(new CrossEntropy(classAxis: axis), i => RowOf(i) == row);
            Check(new CrossEntropy(labelSmoothing: 0.1, classAxis: axis), i => RowOf(i) == row);
            Check(new CrossEntropy(ignoreIndex: labels[row], classAxis: axis), static _ => false);
            Check(new NLL(classAxis: axis), i => i == place && place / inner % shape[axis] == labels[row]);

            void Check<L>(L loss, Func<int, bool> isReached)
                where L : ILabelled
            {
                var prediction = Samples.Numbers<S>(shape, 1).ToArray();
                prediction[place] = S.NaN;
                var gradient = new S[shape.Size];
                var value = loss.ValueAndGradient<L, S>(prediction, labels, shape, gradient, Reduction.Sum);
                var expected = Enumerable.Range(0, shape.Size).Select(isReached).ToArray();
                Assert.Equal(expected, gradient.Select(S.IsNaN));
                Assert.Equal(expected.Contains(true), S.IsNaN(value));
            }
        }
    }

    private static void OfTriplets<S>(double p, bool swap)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        Shape shape = [3, 11];
        TripletMargin loss = new(margin: 50, p: p, swap: swap);
        for (var operand = 0; operand < 3; operand++)
        for (var place = 0; place < shape.Size; place++)
        {
            S[][] x = [.. Enumerable.Range(1, 3).Select(seed => Samples.Numbers<S>(shape, seed).ToArray())],
                gradients = [new S[shape.Size], new S[shape.Size], new S[shape.Size]];
            x[operand][place] = S.NaN;
            Assert.True(S.IsNaN(loss.ValueAndGradients(x[0], x[1], x[2], shape[1], gradients[0], gradients[1], gradients[2])));
            foreach (var gradient in gradients)
                Assert.Equal(Enumerable.Range(0, shape.Size).Select(i => i / shape[1] == place / shape[1]), gradient.Select(S.IsNaN));
        }
    }

    private static void Only<S>(int place, S[] gradient)
        where S : unmanaged, IFloatingPointIeee754<S> =>
        Assert.Equal(Enumerable.Range(0, gradient.Length).Select(i => i == place), gradient.Select(S.IsNaN));
}
