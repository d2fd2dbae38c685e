using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Losses.Tests;

// Finite numbers to add up, of every kind that is hard: random bits, one scale, few bits, cancelling pairs, landmarks, short and long.
public sealed record Batch(double[] Values)
{
    public override string ToString() => $"{Values.Length}: {string.Join(" ", Values.Take(40).Select(x => x.ToString("R")))}";
}

// The same of float32 numbers.
public sealed record FloatBatch(float[] Values)
{
    public IEnumerable<double> Wide => Values.Select(x => (double)x);

    public override string ToString() => $"{Values.Length}: {string.Join(" ", Values.Take(40).Select(x => x.ToString("R")))}";
}

public static class Batches
{
    private static readonly double[] Landmarks =
    [
        0,
        1,
        1 - 1.0 / (1L << 53),
        1 + 1.0 / (1L << 52),
        double.Epsilon,
        double.MaxValue,
        BitConverter.Int64BitsToDouble(1L << 52),
        float.Epsilon,
        float.MaxValue,
        Math.ScaleB(1, -126),
        0.1f,
        1e308,
        Math.ScaleB(1, 53),
    ];

    public static Arbitrary<Batch> Doubles() =>
        Arb.From(Seeds.Select(seed => new Batch(Make(new Random(seed), Number))), batch => Pieces(batch.Values).Select(x => new Batch(x)));

    public static Arbitrary<FloatBatch> Floats() =>
        Arb.From(
            Seeds.Select(seed => new FloatBatch(Make(new Random(seed), Single))),
            batch => Pieces(batch.Values).Select(x => new FloatBatch(x))
        );

    private static Gen<int> Seeds => Gen.Choose(int.MinValue, int.MaxValue);

    private static T[] Make<T>(Random random, Func<Random, int, T> number)
        where T : INumber<T>
    {
        var length = random.Next(4) switch
        {
            0 => random.Next(4),
            1 => random.Next(20),
            2 => random.Next(200),
            _ => random.Next(3000),
        };
        // Half of the batches are of one kind: fast ways to sum them take one kind at a time. And half are of one sign, as losses are.
        var kind = random.Next(12);
        var positive = random.Next(2) == 0;
        T Next()
        {
            var next = number(random, kind < 6 ? kind : random.Next(6));
            return positive ? T.Abs(next) : next;
        }
        return [.. Enumerable.Range(0, length).Select(_ => Next())];
    }

    private static double Number(Random random, int kind)
    {
        var number = kind switch
        {
            0 => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
            1 => random.NextDouble(),
            2 => Math.ScaleB(random.NextDouble(), random.Next(-40, 40)),
            3 => Math.ScaleB(random.Next(4), random.Next(-1074, -1000)),
            4 => Math.ScaleB(random.Next(4), random.Next(-60, 60)),
            _ => Landmarks[random.Next(Landmarks.Length)],
        };
        return !double.IsFinite(number) ? 1
            : random.Next(2) == 0 ? -number
            : number;
    }

    private static float Single(Random random, int kind)
    {
        var number = kind switch
        {
            0 => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)),
            3 => MathF.ScaleB(random.Next(4), random.Next(-149, -100)),
            _ => (float)Number(random, kind),
        };
        return float.IsFinite(number) ? number : 1;
    }

    // Halves, then each number left out where they are few.
    private static IEnumerable<T[]> Pieces<T>(T[] values)
    {
        if (values.Length > 1)
        {
            yield return values[..(values.Length / 2)];
            yield return values[(values.Length / 2)..];
        }
        if (values.Length is > 0 and < 100)
        {
            for (var i = 0; i < values.Length; i++)
                yield return [.. values[..i], .. values[(i + 1)..]];
        }
    }
}
