using System.Numerics;
using FsCheck.Xunit;
using Xunit;

namespace Losses.Tests;

[Properties(Arbitrary = [typeof(Batches)], MaxTest = 200)]
public class ExactSumTests
{
    private static ExactSum Sum(ReadOnlySpan<double> values)
    {
        var sum = new ExactSum();
        sum.Add(values);
        return sum;
    }

    private static ExactSum Sum(ReadOnlySpan<float> values)
    {
        var sum = new ExactSum();
        sum.Add(values);
        return sum;
    }

    private static ExactSum OneByOne(IEnumerable<double> values)
    {
        var sum = new ExactSum();
        foreach (var value in values)
            sum.Add(value);
        return sum;
    }

    // Bit for bit: 0 is not −0, and NaN is NaN.
    private static void Same(double expected, double actual) =>
        Assert.True(
            BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(actual)
                || double.IsNaN(expected) && double.IsNaN(actual),
            $"expected {expected:R}, got {actual:R}"
        );

    private static void Same(ExactSum expected, ExactSum actual)
    {
        Assert.True(expected.Equals(actual), $"expected {expected}, got {actual}");
        Assert.Equal(expected.ToBytes(), actual.ToBytes());
        Same(expected.ToDouble(), actual.ToDouble());
        Same(expected.ToSingle(), actual.ToSingle());
    }

    [Property]
    public void A_sum_is_the_exact_sum_rounded_once(Batch batch)
    {
        var exact = Exact.Sum(batch.Values);
        foreach (var sum in new[] { Sum(batch.Values), OneByOne(batch.Values) })
        {
            Same(Exact.ToDouble(exact, 1), sum.ToDouble());
            Same(Exact.ToSingle(exact, 1), sum.ToSingle());
            Assert.Equal(exact.IsZero, sum.IsZero);
        }
    }

    [Property]
    public void A_sum_of_floats_is_the_exact_sum_rounded_once(FloatBatch batch)
    {
        var exact = Exact.Sum(batch.Wide);
        var sum = Sum(batch.Values);
        Same(Exact.ToDouble(exact, 1), sum.ToDouble());
        Same(Exact.ToSingle(exact, 1), sum.ToSingle());
        Same(OneByOne(batch.Wide), sum);
    }

    [Property]
    public void The_order_leaves_no_trace(Batch batch, int seed)
    {
        var shuffled = batch.Values.ToArray();
        new Random(seed).Shuffle(shuffled);
        Same(Sum(batch.Values), Sum(shuffled));
        Same(Sum(batch.Values), OneByOne(shuffled));
    }

    [Property]
    public void Any_split_merges_to_the_same_sum(Batch batch, int seed)
    {
        var random = new Random(seed);
        var pieces = new List<ExactSum>();
        for (var start = 0; start < batch.Values.Length; )
        {
            var length = Math.Min(random.Next(random.Next(2) == 0 ? 5 : 2000), batch.Values.Length - start);
            pieces.Add(Sum(batch.Values.AsSpan(start, length)));
            start += length;
        }
        while (pieces.Count > 1)
        {
            var other = pieces[random.Next(1, pieces.Count)];
            pieces.Remove(other);
            pieces[random.Next(pieces.Count)].Merge(other);
        }
        Same(Sum(batch.Values), pieces.FirstOrDefault() ?? new ExactSum());
    }

    [Property]
    public void Blocks_of_many_kinds_one_after_the_other_are_added_exactly(Batch[] batches)
    {
        var sum = new ExactSum();
        foreach (var batch in batches)
            sum.Add(batch.Values);
        Same(OneByOne(batches.SelectMany(batch => batch.Values)), sum);
    }

    [Property]
    public void Blocks_of_floats_of_many_kinds_one_after_the_other_are_added_exactly(FloatBatch[] batches)
    {
        var sum = new ExactSum();
        foreach (var batch in batches)
            sum.Add(batch.Values);
        Same(OneByOne(batches.SelectMany(batch => batch.Wide)), sum);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_number_of_any_size_anywhere_in_a_block_is_added_exactly(bool single)
    {
        // It may leave the anchor's binade, even for its mirror image (3 times a power of two does), or vanish beside the others.
        var block = Enumerable.Repeat((double)0.7f, 1024).ToArray();
        foreach (var factor in new[] { 1, -3, 1.75 })
        {
            for (var exponent = -148; exponent < 127; exponent++)
            {
                var sum = Sum(block);
                var values = block.ToArray();
                values[(exponent + 148) * 5 % 1024] = Math.ScaleB(factor, exponent);
                if (single)
                    sum.Add(Array.ConvertAll(values, x => (float)x));
                else
                    sum.Add(values);
                Same(OneByOne([.. block, .. values.Select(x => single ? (float)x : x)]), sum);
            }
        }
    }

    [Property]
    public void A_mean_is_rounded_once(Batch batch, long divisor)
    {
        var sum = Sum(batch.Values);
        var exact = Exact.Sum(batch.Values);
        var count = divisor == long.MinValue ? 1 : Math.Abs(divisor);
        foreach (var n in new[] { 1, 3, batch.Values.Length, count, count << 40 & long.MaxValue, (1L << 53) + 1, long.MaxValue })
        {
            Same(n == 0 ? double.NaN : Exact.ToDouble(exact, n), sum.Mean(n));
            Same(n == 0 ? double.NaN : Exact.ToSingle(exact, n), sum.MeanSingle(n));
        }
    }

    [Property]
    public void A_ratio_is_rounded_once(Batch numerator, Batch denominator)
    {
        Ratio(numerator.Values, denominator.Values);
        Ratio(numerator.Values, [.. denominator.Values.Take(1)]);
        Ratio([.. numerator.Values.Take(1)], [.. denominator.Values.Take(2)]);
        Ratio([.. numerator.Values.Take(2)], [.. denominator.Values.Take(1)]);
    }

    private static void Ratio(double[] numerator, double[] denominator)
    {
        var (a, b) = (Exact.Sum(numerator), Exact.Sum(denominator));
        Same(Exact.ToDouble(a, b, 0), ExactSum.Ratio(Sum(numerator), Sum(denominator)));
        Same(Exact.ToSingle(a, b, 0), ExactSum.RatioSingle(Sum(numerator), Sum(denominator)));
    }

    [Property]
    public void Next_to_a_tie_every_reading_goes_to_the_right_side(int seed)
    {
        // Halfway between two floats, and off it by far less than a float64 number can tell, or not at all.
        var random = new Random(seed);
        foreach (var bits in new[] { 24, 53 })
        {
            var (n, even) = (random.Next(1, 1000), random.NextInt64(1L << (bits - 1), 1L << bits));
            // The tie is the sum of two, as one of 54 bits is no float64 number; the third is the nudge.
            double[] tie = [even, 0.5, Math.ScaleB(random.Next(-2, 3), -random.Next(60, random.Next(3) == 0 ? 400 : 130))];
            var times = Enumerable.Repeat(tie, n).SelectMany(x => x).Take(3 * n - 1);
            var exact = Exact.Sum(tie);
            foreach (var detour in new[] { 0, 1e300 })
            {
                // By way of a number so large that the limbs are needed.
                var sum = OneByOne([detour, .. tie, -detour]);
                var many = OneByOne([detour, .. times, -detour]);
                Same(Exact.ToDouble(exact, 1), sum.ToDouble());
                Same(Exact.ToSingle(exact, 1), sum.ToSingle());
                Same(Exact.ToDouble(Exact.Sum(times), n), many.Mean(n));
                Same(Exact.ToSingle(Exact.Sum(times), n), many.MeanSingle(n));
                // A divisor of many more bits than the 64 that are divided by at once.
                var (wide, product) = (Sum([1, Math.ScaleB(n, -100)]), new ExactSum());
                foreach (var x in tie.Take(2))
                {
                    product.Add(x);
                    product.AddProduct(x, Math.ScaleB(n, -100));
                }
                product.Add(tie[2]);
                var (top, bottom) = (
                    exact + Exact.Sum(tie.Take(2).Select(x => Math.ScaleB(x, -100))) * n,
                    Exact.Sum([1, Math.ScaleB(n, -100)])
                );
                Same(Exact.ToDouble(top, bottom, 0), ExactSum.Ratio(product, wide));
                Same(Exact.ToSingle(top, bottom, 0), ExactSum.RatioSingle(product, wide));
            }
        }
    }

    [Property]
    public void A_quotient_that_float64_rounds_to_a_tie_of_float32_goes_to_the_right_side(int seed)
    {
        var random = new Random(seed);
        var divisor = (random.NextDouble() + 0.1) * (random.Next(2) * 2 - 1);
        var number = (random.Next(1 << 23, 1 << 24) + 0.5) * divisor;
        Same(Exact.ToSingle(Exact.Of(number), Exact.Of(divisor), 0), ExactSum.RatioSingle(Sum([number]), Sum([divisor])));
        Same(Exact.ToDouble(Exact.Of(number), Exact.Of(divisor), 0), ExactSum.Ratio(Sum([number]), Sum([divisor])));
    }

    [Property]
    public void Products_that_float64_cannot_tell_apart_from_0_are_added_exactly(int seed)
    {
        var random = new Random(seed);
        var (a, b) = (Math.ScaleB(random.NextDouble() + 0.5, -random.Next(1000)), Math.ScaleB(random.NextDouble() + 0.5, -500));
        // Brought back into sight by as small a divisor.
        var (sum, product) = (new ExactSum(), new ExactSum());
        sum.AddProduct(a, b);
        sum.AddProduct(-a, Math.BitDecrement(b));
        product.AddProduct(double.Epsilon, 1);
        var exact = Exact.Product(a, b) - Exact.Product(a, Math.BitDecrement(b));
        Same(Exact.ToDouble(exact, Exact.Of(double.Epsilon), 0), ExactSum.Ratio(sum, product));
    }

    [Property]
    public void Products_are_added_exactly(Batch weights, Batch values)
    {
        var sum = new ExactSum();
        var exact = BigInteger.Zero;
        foreach (var (weight, value) in weights.Values.Zip(values.Values))
        {
            sum.AddProduct(weight, value);
            exact += Exact.Product(weight, value);
        }
        Same(Exact.ToDouble(exact, 1), sum.ToDouble());
        Same(Exact.ToSingle(exact, 7), sum.MeanSingle(7));
        Same(sum, ExactSum.FromBytes(sum.ToBytes()));
    }

    [Property]
    public void Threads_that_share_the_work_agree(Batch batch, byte threads)
    {
        var total = new ExactSum();
        Parallel.For(
            0,
            threads % 8 + 1,
            () => new ExactSum(),
            (i, _, sum) =>
            {
                for (var j = i; j < batch.Values.Length; j += threads % 8 + 1)
                    sum.Add(batch.Values[j]);
                return sum;
            },
            sum =>
            {
                lock (total)
                    total.Merge(sum);
            }
        );
        Same(Sum(batch.Values), total);
    }

    [Property]
    public void Bytes_are_the_same_for_equal_sums_and_read_back(Batch batch)
    {
        var sum = Sum(batch.Values);
        var bytes = sum.ToBytes();
        var back = ExactSum.FromBytes(bytes);
        Same(sum, back);
        // Cancelled once and added again, the sum has another history but the same value.
        back.Add([.. batch.Values.Select(x => -x)]);
        Assert.True(back.IsZero);
        Assert.Equal(new ExactSum().ToBytes(), back.ToBytes());
        back.Add(batch.Values);
        Same(sum, back);
    }

    [Property]
    public void Another_last_bit_is_another_sum(Batch batch)
    {
        var sum = Sum([.. batch.Values, double.Epsilon]);
        Assert.False(sum.Equals(Sum(batch.Values)));
        Assert.NotEqual(sum.ToBytes(), Sum(batch.Values).ToBytes());
    }

    [Property]
    public void A_sum_that_was_reset_is_empty(Batch before, Batch after)
    {
        var sum = Sum([.. before.Values, double.NaN]);
        sum.Reset();
        Same(new ExactSum(), sum);
        sum.Add(after.Values);
        Same(Sum(after.Values), sum);
    }

    [Property]
    public void Random_bytes_are_read_as_what_they_write_or_refused(byte[] bytes, byte kind, byte first)
    {
        byte[] candidate = bytes.Length % 4 == 0 ? [1, (byte)(kind % 6), first, (byte)(bytes.Length / 4), .. bytes] : bytes;
        try
        {
            Assert.Equal(candidate, ExactSum.FromBytes(candidate).ToBytes());
        }
        catch (ArgumentException e)
        {
            Assert.Equal("bytes", e.ParamName);
        }
    }

    // A model-based test of law 22: any history of adding, merging, splitting off and resetting leaves the exact rational sum.
    [Property]
    public void Any_history_leaves_the_exact_sum(Batch batch, int seed)
    {
        var random = new Random(seed);
        var sums = Enumerable.Range(0, 3).Select(_ => new ExactSum()).ToArray();
        var model = new BigInteger[3];
        for (var start = 0; start < batch.Values.Length; )
        {
            var (i, j) = (random.Next(3), random.Next(3));
            switch (random.Next(5))
            {
                case 0:
                    sums[i].Merge(sums[j]);
                    model[i] += model[j];
                    break;
                case 1 when random.Next(4) == 0:
                    sums[i].Reset();
                    model[i] = 0;
                    break;
                case 2:
                    sums[i] = ExactSum.FromBytes(sums[j].ToBytes());
                    model[i] = model[j];
                    break;
                default:
                    var piece = batch.Values[start..Math.Min(batch.Values.Length, start + random.Next(100))];
                    sums[i].Add(piece);
                    model[i] += Exact.Sum(piece);
                    start += piece.Length;
                    break;
            }
        }
        for (var i = 0; i < 3; i++)
            Same(Exact.ToDouble(model[i], 11), sums[i].Mean(11));
    }

    [Fact]
    public void A_hundred_million_times_a_tenth()
    {
        var block = Enumerable.Repeat(0.1f, 100_000).ToArray();
        var sum = new ExactSum();
        for (var i = 0; i < 1000; i++)
            sum.Add(block);
        Same(1e8 * (double)0.1f, sum.ToDouble());
        Assert.Equal(0.1f, sum.MeanSingle(100_000_000));
    }

    [Fact]
    public void Twenty_million_ones()
    {
        var sum = new ExactSum();
        var block = Enumerable.Repeat(1f, 20_000).ToArray();
        for (var i = 0; i < 1000; i++)
            sum.Add(block);
        Assert.Equal(2e7f, sum.ToSingle());
    }

    [Fact]
    public void A_mean_that_only_its_remainder_tells_from_a_tie()
    {
        var third = Sum([3 * (Math.ScaleB(1, 24) + 1), Math.ScaleB(1, -101)]);
        Assert.Equal(MathF.ScaleB(1, 24) + 2, third.MeanSingle(3));
        Same(Math.ScaleB(1, 53) + 2, Sum([3 * Math.ScaleB(1, 53), 3, Math.ScaleB(1, -72)]).Mean(3));
    }

    [Fact]
    public void Many_additions_to_the_limbs_carry_in_time()
    {
        var sum = Sum([1e300, 1e-300]);
        for (var i = 0; i < 60; i++)
            sum.Merge(sum);
        Same(Math.ScaleB(1e300, 60) > double.MaxValue ? double.PositiveInfinity : Math.ScaleB(1e300, 60), sum.ToDouble());
        Same(1e300, sum.Mean(1L << 60));
    }

    [Fact]
    public void Nothing_overflows_on_the_way()
    {
        Same(1e308, Sum([1e308, 1e308, -1e308]).ToDouble());
        Same(double.PositiveInfinity, Sum([1e308, 1e308]).ToDouble());
        Same(1e308, Sum([1e308, 1e308]).Mean(2));
        Same(float.MaxValue, Sum([float.MaxValue, float.MaxValue, -float.MaxValue]).ToSingle());
        Same(double.PositiveInfinity, Sum([double.MaxValue, Math.ScaleB(1, 970)]).ToDouble());
        Same(double.MaxValue, Sum([double.MaxValue, Math.ScaleB(1, 970), -double.Epsilon]).ToDouble());
    }

    [Theory]
    [InlineData(new[] { double.PositiveInfinity, 1 }, double.PositiveInfinity)]
    [InlineData(new[] { double.NegativeInfinity, double.MaxValue }, double.NegativeInfinity)]
    [InlineData(new[] { double.PositiveInfinity, double.PositiveInfinity }, double.PositiveInfinity)]
    [InlineData(new[] { double.PositiveInfinity, double.NegativeInfinity }, double.NaN)]
    [InlineData(new[] { double.NaN, 1 }, double.NaN)]
    [InlineData(new[] { double.NaN, double.PositiveInfinity }, double.NaN)]
    public void Infinities_and_NaN_follow_IEEE_wherever_they_stand(double[] specials, double expected)
    {
        foreach (var length in new[] { 2, 40, 1024, 1500 })
        {
            for (var at = 0; at < length - 1; at = 3 * at + 1)
            {
                var values = Enumerable.Repeat(0.3, length).ToArray();
                (values[at], values[length - 1]) = (specials[0], specials[1]);
                var floats = Array.ConvertAll(values, x => (float)x);
                foreach (var sum in new[] { Sum(values), OneByOne(values.Reverse()), Sum(floats) })
                {
                    // 1e308 as a float is an infinity itself, of either sign.
                    if (specials[1] == double.MaxValue && sum.ToDouble() != expected)
                        continue;
                    Same(expected, sum.ToDouble());
                    Same(expected, sum.ToSingle());
                    Same(expected, sum.Mean(3));
                    Same(expected, sum.MeanSingle(3));
                    Same(expected, ExactSum.Ratio(sum, Sum([2.0])));
                    Same(sum, ExactSum.FromBytes(sum.ToBytes()));
                    var merged = Sum([1.0]);
                    merged.Merge(sum);
                    Same(sum, merged);
                }
            }
        }
    }

    [Fact]
    public void A_zero_is_positive()
    {
        Same(0.0, Sum([-0.0]).ToDouble());
        Same(0f, Sum([-0f, -0f]).ToSingle());
        Same(0.0, Sum([-1.0, 1.0]).Mean(5));
        Assert.True(new ExactSum().IsZero);
    }

    [Fact]
    public void Limits_of_means_and_ratios()
    {
        Same(double.NaN, Sum([1.0]).Mean(0));
        Same(float.NaN, new ExactSum().MeanSingle(0));
        Same(0.0, new ExactSum().Mean(3));
        Same(double.NaN, ExactSum.Ratio(new(), new()));
        Same(double.PositiveInfinity, ExactSum.Ratio(Sum([1e-300, 1e300]), new()));
        Same(double.NegativeInfinity, ExactSum.Ratio(Sum([-1.0]), new()));
        Same(0.0, ExactSum.Ratio(new(), Sum([1e300, 1e-300])));
        Same(0.0, ExactSum.Ratio(Sum([1.0]), Sum([double.PositiveInfinity])));
        Same(double.NaN, ExactSum.Ratio(Sum([double.PositiveInfinity]), Sum([double.NegativeInfinity])));
        Same(float.NaN, ExactSum.RatioSingle(new(), new()));
        Same(0.0, new ExactSum { }.ToDouble());
    }

    [Fact]
    public void A_sum_merged_with_itself_again_and_again_throws_and_does_not_lie()
    {
        foreach (var sign in new[] { 1, -1 })
        {
            var sum = Sum([sign * double.MaxValue, double.Epsilon]);
            for (var i = 0; i < 1200; i++)
                sum.Merge(sum);
            Same(sign * double.PositiveInfinity, sum.ToDouble());
            Same(sum, ExactSum.FromBytes(sum.ToBytes()));
            Assert.Throws<OverflowException>(() =>
            {
                for (var i = 0; i < 100; i++)
                    sum.Merge(sum);
                return sum.ToDouble();
            });
        }
    }

    [Fact]
    public void Products_at_the_ends_of_the_range()
    {
        var sum = new ExactSum();
        sum.AddProduct(double.Epsilon, double.Epsilon);
        Same(0.0, sum.ToDouble());
        Assert.False(sum.IsZero);
        sum.AddProduct(double.MaxValue, double.MaxValue);
        Same(double.PositiveInfinity, sum.ToDouble());
        sum.AddProduct(double.MaxValue, -double.MaxValue);
        Same(double.Epsilon, ExactSum.Ratio(sum, Sum([double.Epsilon])));
        sum.AddProduct(0, double.PositiveInfinity);
        Same(double.NaN, sum.ToDouble());
    }

    [Fact]
    public void Bytes_that_are_no_sum_are_refused_by_name()
    {
        var bytes = Sum([1.0]).ToBytes();
        void Refused(string message, params byte[] bytes)
        {
            var e = Assert.Throws<ArgumentException>("bytes", () => ExactSum.FromBytes(bytes));
            Assert.Contains(message, e.Message);
        }

        Refused("at least 4 bytes", 1, 0);
        Refused("version", [2, .. bytes[1..]]);
        Refused("kinds", [1, 9, .. bytes[2..]]);
        Refused("digits take", [.. bytes, 0]);
        Refused("no place", [1, 0, 255, .. bytes[3..]]);
        Refused("no place", [1, 0, 139, .. bytes[3..]]);
        Assert.Equal([1, 0, 138, .. bytes[3..]], ExactSum.FromBytes([1, 0, 138, .. bytes[3..]]).ToBytes());
        Refused("no number of digits", 1, 1, 0, 0);
        Refused("no number of digits", [1, 2, .. bytes[2..]]);
        Refused("outermost", [.. bytes[..^4], 0, 0, 0, 0]);
    }

    [Fact]
    public void Bad_arguments_are_refused_by_name()
    {
        Assert.Throws<ArgumentOutOfRangeException>("count", () => new ExactSum().Mean(-1));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => new ExactSum().MeanSingle(-1));
        Assert.Throws<ArgumentNullException>("other", () => new ExactSum().Merge(null!));
        Assert.Throws<ArgumentNullException>("denominator", () => ExactSum.Ratio(new(), null!));
        Assert.Throws<ArgumentNullException>("numerator", () => ExactSum.RatioSingle(null!, new()));
    }
}
