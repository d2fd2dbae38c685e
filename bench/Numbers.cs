namespace Losses.Bench;

/// <summary>The inputs: always the same.</summary>
internal static class Numbers
{
    // Long inputs repeat a pool, whose odd length keeps the repetitions from lying alike in the rows.
    private const int PoolLength = (1 << 20) - 3;

    /// <summary>Standard normal.</summary>
    public static float[] Normal(int count, int seed) =>
        Make(count, seed, random => MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(MathF.Tau * random.NextSingle()));

    /// <summary>Uniform between two numbers.</summary>
    public static float[] Uniform(int count, int seed, float low, float high) =>
        Make(count, seed, random => low + (high - low) * random.NextSingle());

    /// <summary>Half of them hard, 0 or 1, half of them between.</summary>
    public static float[] Targets(int count, int seed) =>
        Make(count, seed, random => random.Next(2) == 0 ? random.Next(2) : random.NextSingle());

    /// <summary>−1 or 1.</summary>
    public static float[] Signs(int count, int seed) => Make(count, seed, random => 2f * random.Next(2) - 1);

    /// <summary>0 to 9.</summary>
    public static float[] Counts(int count, int seed) => Make(count, seed, random => (float)random.Next(10));

    /// <summary>From <paramref name="low"/> up to, and without, <paramref name="high"/>.</summary>
    public static int[] Indices(int count, int seed, int low, int high) => Make(count, seed, random => random.Next(low, high));

    /// <summary>The logarithms of probabilities that add up to 1 over an axis.</summary>
    /// <param name="values">Logits, which the logarithms take the place of.</param>
    /// <param name="classes">The length of the axis.</param>
    /// <param name="inner">How far apart neighbours on it lie.</param>
    public static float[] LogSoftmax(float[] values, int classes, int inner)
    {
        for (var start = 0; start < values.Length; start += classes * inner)
        for (var i = start; i < start + inner; i++)
        {
            var sum = 0.0;
            for (var c = 0; c < classes; c++)
                sum += Math.Exp(values[i + c * inner]);
            for (var c = 0; c < classes; c++)
                values[i + c * inner] -= (float)Math.Log(sum);
        }
        return values;
    }

    private static T[] Make<T>(int count, int seed, Func<Random, T> next)
    {
        var random = new Random(seed);
        var numbers = new T[count];
        var pool = Math.Min(count, PoolLength);
        for (var i = 0; i < pool; i++)
            numbers[i] = next(random);
        for (var at = pool; at < count; at += pool)
            numbers.AsSpan(0, Math.Min(pool, count - at)).CopyTo(numbers.AsSpan(at));
        return numbers;
    }
}
