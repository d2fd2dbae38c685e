using System.Numerics;
using System.Runtime.CompilerServices;

namespace Losses.Tests;

/// <summary>What a call is made of, all from one seed, and what is asked of its result.</summary>
internal sealed class Draw(long seed, long index)
{
    private readonly Random _random = new((int)(Mix((ulong)seed * 0x9E3779B97F4A7C15 + (ulong)index) >> 33));

    /// <summary>Calls that were refused as they should be.</summary>
    internal static long Refusals { get; set; }

    /// <summary>The call in words, for a failure.</summary>
    internal string What { get; set; } = "";

    internal Mistake Planted { get; init; }

    internal static bool Is<S>()
        where S : unmanaged => typeof(S) == typeof(float);

    internal static double Ulp<S>()
        where S : unmanaged => Is<S>() ? 1.2e-7 : 2.3e-16;

    internal int Below(int n) => _random.Next(n);

    internal bool OneIn(int n) => _random.Next(n) == 0;

    internal T Of<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    internal double Between(double low, double high) => low + (high - low) * _random.NextDouble();

    internal int[] Order(int n)
    {
        var order = Enumerable.Range(0, n).ToArray();
        _random.Shuffle(order);
        return order;
    }

    /// <summary>How many elements: mostly few, around the lengths of lanes, now and then enough for blocks and threads.</summary>
    internal int Length() =>
        Below(100) switch
        {
            < 3 => 0,
            < 70 => 1 + Below(40),
            < 92 => 41 + Below(300),
            < 98 => 1000 + Below(3000),
            _ => 30_000 + Below(200_000),
        };

    /// <summary>A shape of some number of elements near the one that is asked for.</summary>
    internal Shape ShapeOf(int length)
    {
        if (length < 2 || OneIn(3))
            return length == 1 && OneIn(3) ? Shape.Scalar : [length];
        var first = 1 + Below(Math.Min(length, 12));
        return OneIn(3) && length / first > 3 ? [first, 2, length / first / 2] : [first, length / first];
    }

    internal Shape SmallShape(int least = 0, int most = 4, int longest = 5)
    {
        var lengths = new int[least + Below(most - least + 1)];
        for (var i = 0; i < lengths.Length; i++)
            lengths[i] = OneIn(40) ? 0 : 1 + Below(longest);
        return lengths;
    }

    /// <summary>How numbers are drawn: on a grid, where many are equal and at kinks, or off it, near 0, or wide.</summary>
    internal enum Style
    {
        Grid,
        Plain,
        Inner,
        Tiny,
        Wide,
    }

    internal Style AnyStyle() => Of(Style.Grid, Style.Plain, Style.Plain, Style.Inner, Style.Tiny, Style.Wide);

    /// <summary>A number of a domain that the storage holds.</summary>
    internal double Number<S>(Domain domain, Style style)
        where S : unmanaged
    {
        var x = Stored<S>(Raw(style));
        if (domain.IsAll)
            return x;
        if (domain.LeastMagnitude > 0 && domain.LeastMagnitude == domain.Largest)
            return x < 0 ? domain.Least : domain.Largest;
        if (double.IsFinite(domain.Least) && double.IsFinite(domain.Largest))
        {
            var share = style switch
            {
                Style.Grid => Below(5) / 4.0,
                Style.Inner => Between(0.1, 0.9),
                Style.Tiny => OneIn(2) ? Between(0, 1e-3) : 1 - Between(0, 1e-3),
                _ => Between(0, 1),
            };
            x = Stored<S>(domain.Least + (domain.Largest - domain.Least) * share);
        }
        else if (double.IsFinite(domain.Least))
            // The smallest number above 0 overflows in textbooks' formulas.
            x = x == 0 && domain.Least == double.Epsilon ? 0.25 : Stored<S>(domain.Least + (style == Style.Inner ? 0.3 : 0) + Math.Abs(x));
        else
            x = Stored<S>(domain.Largest - Math.Abs(x));
        // An end that does not belong to its domain, or is rounded to what does not: a little inside.
        return domain.Contains(x) ? x : Stored<S>(double.IsFinite(domain.Least) ? domain.Least + 0.25 : domain.Largest - 0.25);
    }

    private double Raw(Style style) =>
        style switch
        {
            Style.Grid => (Below(25) - 12) / 4.0,
            Style.Tiny => Between(-1e-3, 1e-3),
            Style.Wide => Between(-30, 30),
            _ => Between(-3, 3),
        };

    internal double[] Numbers<S>(int count, Domain domain, Style? style = null)
        where S : unmanaged
    {
        var how = style ?? AnyStyle();
        var numbers = new double[count];
        for (var i = 0; i < count; i++)
            numbers[i] = Number<S>(domain, how);
        return numbers;
    }

    /// <summary>The number as the storage holds it.</summary>
    internal static double Stored<S>(double x)
        where S : unmanaged => Is<S>() ? (float)x : x;

    internal static S[] Store<S>(double[] numbers)
        where S : unmanaged, IFloatingPointIeee754<S> => Array.ConvertAll(numbers, static x => S.CreateTruncating(x));

    internal static DiffTensor<S> Tensor<S>(double[] numbers, Shape shape)
        where S : unmanaged, IFloatingPointIeee754<S> => new(Store<S>(numbers), shape);

    internal static double[] Wide<S>(DiffTensor<S> tensor)
        where S : unmanaged, IFloatingPointIeee754<S> => Wide(tensor.ToArray());

    internal static double[] Wide<S>(S[] numbers)
        where S : unmanaged, IFloatingPointIeee754<S> => Array.ConvertAll(numbers, static x => double.CreateTruncating(x));

    /// <summary>Weights with some zeros, of a shape that broadcasts to one.</summary>
    internal (Weights Weights, double[] Each) WeightsFor(Shape shape, bool isMask = false)
    {
        int[] lengths = [.. shape.ToArray().Select(length => OneIn(4) ? 1 : length)];
        Shape own = lengths[Below(lengths.Length + 1)..];
        var values = new double[own.Size];
        for (var i = 0; i < values.Length; i++)
            values[i] =
                isMask ? Below(2)
                : OneIn(4) ? 0
                : Below(12) / 4.0;
        return (new(values, own), Plain.Expand(new(values, own.ToArray()), shape.ToArray()).Values);
    }

    /// <summary>The call must end in an exception that names an argument.</summary>
    internal void Refused(Action call, [CallerArgumentExpression(nameof(call))] string? text = null)
    {
        try
        {
            if (Planted == Mistake.Exception)
                throw new NullReferenceException();
            if (Planted != Mistake.Acceptance)
                call();
        }
        catch (ArgumentException e) when (!string.IsNullOrEmpty(e.ParamName))
        {
            Refusals++;
            return;
        }
        catch (ArgumentException e)
        {
            throw new Disagreement($"the refusal names no parameter: {e.Message} ({text})");
        }
        throw new Disagreement($"not refused: {text}");
    }

    /// <summary>The call may be refused, by an exception that names an argument.</summary>
    internal bool Accepted(Action call)
    {
        try
        {
            if (Planted == Mistake.Exception)
                throw new NullReferenceException();
            call();
            return true;
        }
        catch (ArgumentException e) when (!string.IsNullOrEmpty(e.ParamName))
        {
            Refusals++;
            return false;
        }
    }

    /// <summary>A value of the library beside that of the reference.</summary>
    internal void Same(double actual, double expected, double tolerance, string what)
    {
        if (Planted == Mistake.Value)
            actual *= 1.001;
        Compare(actual, expected, tolerance, what);
    }

    internal void SameSlopes(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected, ReadOnlySpan<double> tolerances, string what)
    {
        if (actual.Length != expected.Length)
            throw new Disagreement($"{what} has {actual.Length} elements, not {expected.Length}.");
        for (var i = 0; i < actual.Length; i++)
            Compare(
                Planted == Mistake.Gradient ? actual[i] * 1.001 : actual[i],
                expected[i],
                tolerances[tolerances.Length == 1 ? 0 : i],
                $"{what}[{i}]"
            );
    }

    internal void SameNumbers(double[] actual, double[] expected, double relative, double absolute, string what)
    {
        if (actual.Length != expected.Length)
            throw new Disagreement($"{what} has {actual.Length} elements, not {expected.Length}.");
        for (var i = 0; i < actual.Length; i++)
            Same(actual[i], expected[i], relative * Math.Abs(expected[i]) + absolute, $"{what}[{i}]");
    }

    /// <summary>Two ways that give the same bits.</summary>
    internal void Equal<S>(ReadOnlySpan<S> actual, ReadOnlySpan<S> expected, string what)
        where S : unmanaged, IFloatingPointIeee754<S>
    {
        if (actual.Length != expected.Length)
            throw new Disagreement($"{what} has {actual.Length} elements, not {expected.Length}.");
        for (var i = 0; i < actual.Length; i++)
            if (!(actual[i] == expected[i] || (S.IsNaN(actual[i]) && S.IsNaN(expected[i]))))
                throw new Disagreement(FormattableString.Invariant($"{what}[{i}] is {actual[i]}, the other way {expected[i]}."));
    }

    private static void Compare(double actual, double expected, double tolerance, string what)
    {
        if (actual == expected || (double.IsNaN(actual) && double.IsNaN(expected)) || Math.Abs(actual - expected) <= tolerance)
            return;
        throw new Disagreement(FormattableString.Invariant($"{what} is {actual:R}, not {expected:R} ± {tolerance:G3}."));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
