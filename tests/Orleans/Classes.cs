using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Losses.CSharp;
using Xunit;

namespace Losses.Orleans.Tests;

/// <summary>Rows of logits, their labels, and a cut of the classes.</summary>
public sealed record Sharded(int Classes, float[] Logits, int[] Labels, int[] Cuts, int Order, double[] Weights, double Smoothing)
{
    public int Rows => Labels.Length;

    public override string ToString() =>
        $"{Classes} classes cut at [{string.Join(", ", Cuts)}], labels [{string.Join(", ", Labels)}], logits [{string.Join(", ", Logits.Select(x => x.ToString("R", null)))}], ε {Smoothing}, weights [{string.Join(", ", Weights)}]";

    /// <summary>The shards in the order in which they are merged.</summary>
    public (int First, int Count)[] Parts
    {
        get
        {
            int[] ends = [0, .. Cuts, Classes];
            var parts = ends.Zip(ends.Skip(1), (first, end) => (first, end - first)).Where(part => part.Item2 > 0).ToArray();
            new System.Random(Order).Shuffle(parts);
            return parts;
        }
    }

    public float[] Logit(int first, int count) =>
        [.. Enumerable.Range(0, Rows).SelectMany(row => Logits.AsSpan(row * Classes + first, count).ToArray())];
}

public static class ShardedInputs
{
    // Of every size, and what is larger or smaller than every number or none.
    private static Gen<float> Logit =>
        Gen.Frequency(
            (8, Gen.Choose(-4000, 4000).Select(x => x / 256f)),
            (3, Gen.Choose(-100000, 100000).Select(x => x / 512f)),
            (3, Gen.Choose(-3, 3).Select(x => (float)x)),
            (1, Gen.Choose(int.MinValue, int.MaxValue).Select(BitConverter.Int32BitsToSingle).Select(x => float.IsNaN(x) ? 7e9f : x)),
            (1, Gen.Elements(float.NegativeInfinity, float.MaxValue, -float.MaxValue, float.Epsilon, -0f, 2147483648f, 2147483520f))
        );

    public static Arbitrary<Sharded> Any() =>
        (
            from classes in Gen.Choose(1, 24)
            from rows in Gen.Choose(0, 12)
            from logits in Logit.ArrayOf(rows * classes)
            from labels in Gen.Choose(-1, classes - 1).ArrayOf(rows)
            from cuts in Gen.Choose(0, classes).ArrayOf(4)
            from order in Gen.Choose(0, 1000)
            from isWeighted in Gen.Elements(true, false)
            from weights in Gen.Choose(0, 8).Select(w => w / 4.0).ArrayOf(classes)
            from smoothing in Gen.Elements(0.0, 0.0, 0.1, 1.0)
            select new Sharded(classes, logits, labels, [.. cuts.Order()], order, isWeighted ? weights : [], smoothing)
        ).ToArbitrary();
}

[Properties(Arbitrary = [typeof(ShardedInputs)], MaxTest = 400)]
public sealed class Classes
{
    private sealed record Loss(string Name, Func<int, int, ClassShard> Shard);

    private static Loss[] Losses(Sharded of) =>
        [
            new(
                "cross-entropy",
                (first, count) =>
                    CrossEntropyShard.Of(of.Classes, first, count, of.Weights.Length == 0 ? null : (Weights)of.Weights, of.Smoothing)
            ),
            new("focal", (first, count) => ClassShard.Of(new Focal(1.5, 2), of.Classes, first, count, of.Weights)),
            new("poly", (first, count) => ClassShard.Of(new Poly1(0.5), of.Classes, first, count, of.Weights)),
            new(
                "z-loss",
                (first, count) =>
                    ClassShard.Of(new Focal(0, 1), of.Classes, first, count, of.Weights, of.Smoothing, squaredNormaliser: 0.25)
            ),
        ];

    private static RowStatistics Merged(Sharded of, Loss loss, (int First, int Count)[] parts)
    {
        RowStatistics? merged = null;
        foreach (var (first, count) in parts)
        {
            // As it travels.
            var own = RowStatistics.FromBytes(loss.Shard(first, count).Statistics(of.Logit(first, count), of.Labels).ToBytes());
            if (merged is null)
                merged = own;
            else
                merged.Merge(own);
        }
        return merged!;
    }

    private static uint[] Bits(float[] of) => [.. of.Select(BitConverter.SingleToUInt32Bits)];

    private static float[] Values(Sharded of, ClassShard shard, RowStatistics merged)
    {
        var values = new float[of.Rows];
        shard.Values(merged, of.Labels, values);
        return values;
    }

    private static float[] Gradient(Sharded of, Loss loss, RowStatistics merged, (int First, int Count)[] parts, double scale)
    {
        var whole = new float[of.Logits.Length];
        foreach (var (first, count) in parts)
        {
            var logits = of.Logit(first, count);
            loss.Shard(first, count).Gradient(logits, of.Labels, merged, scale, logits);
            for (var row = 0; row < of.Rows; row++)
                logits.AsSpan(row * count, count).CopyTo(whole.AsSpan(row * of.Classes + first));
        }
        return whole;
    }

    [Property]
    public void ValueAndGradientAreTheSameBitsForEveryCutOfTheClasses(Sharded of)
    {
        foreach (var loss in Losses(of))
        {
            (int, int)[] all = [(0, of.Classes)];
            var (whole, merged) = (Merged(of, loss, all), Merged(of, loss, of.Parts));
            Assert.Equal(whole.ToBytes(), merged.ToBytes());
            var (first, count) = of.Parts[0];
            Assert.Equal(Bits(Values(of, loss.Shard(0, of.Classes), whole)), Bits(Values(of, loss.Shard(first, count), merged)));
            Assert.Equal(Bits(Gradient(of, loss, whole, all, 0.3)), Bits(Gradient(of, loss, merged, of.Parts, 0.3)));
        }
    }

    [Property]
    public void MergingIsAssociative(Sharded of)
    {
        foreach (var loss in Losses(of))
        {
            if (of.Parts.Length < 3)
                return;
            RowStatistics Of(int i) => Merged(of, loss, [of.Parts[i]]);
            RowStatistics left = Of(0),
                right = Of(1);
            left.Merge(Of(1));
            left.Merge(Of(2));
            right.Merge(Of(2));
            var first = Of(0);
            first.Merge(right);
            Assert.Equal(left, first);
        }
    }

    // Both are within 0.51 ulp of the exact value, so no more than a neighbour apart.
    [Property]
    public void TheValueIsThatOfTheUncutLoss(Sharded of)
    {
        if (of.Rows == 0)
            return;
        var options = of.Weights.Length == 0 ? null : (Weights)of.Weights;
        var shard = Losses(of)[0].Shard(0, of.Classes);
        var values = Values(of, shard, Merged(of, Losses(of)[0], of.Parts));
        var gradient = Gradient(of, Losses(of)[0], Merged(of, Losses(of)[0], of.Parts), of.Parts, 1);
        var (loss, byLogits) = Diff.ValueAndGrad(
            logits =>
                CSharp
                    .Loss.CrossEntropy(
                        logits,
                        new Labels(of.Labels.AsSpan(), [of.Rows]),
                        options,
                        ignoreIndex: -1,
                        labelSmoothing: of.Smoothing
                    )
                    .Sum(),
            DiffTensor.Create(of.Logits, of.Rows, of.Classes)
        );
        var expected = CSharp
            .Loss.CrossEntropy(
                DiffTensor.Create(of.Logits, of.Rows, of.Classes),
                new Labels(of.Labels.AsSpan(), [of.Rows]),
                options,
                ignoreIndex: -1,
                labelSmoothing: of.Smoothing
            )
            .Values.ToArray();
        _ = loss;
        Near(expected, values, of);
        if (of.Smoothing == 0)
            Near(byLogits.ToArray(), gradient, of);
    }

    private static void Near(float[] expected, float[] actual, Sharded of)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.True(
                expected[i].Equals(actual[i])
                    || MathF.BitIncrement(expected[i]).Equals(actual[i])
                    || MathF.BitDecrement(expected[i]).Equals(actual[i])
                    || expected[i] == actual[i],
                $"[{i}] is {actual[i]:R} but {expected[i]:R} uncut; {of}"
            );
    }

    [Property]
    public void ARowTakesAtMost64BytesAShard(Sharded of)
    {
        var loss = new Loss("", (first, count) => CrossEntropyShard.Of(of.Classes, first, count));
        foreach (var part in of.Parts)
        {
            int Length(int rows) =>
                Merged(of with { Labels = of.Labels[..rows], Logits = of.Logits[..(rows * of.Classes)] }, loss, [part]).ToBytes().Length;
            Assert.InRange(Length(of.Rows) - Length(0), 0, 64 * of.Rows);
        }
    }

    // The targets are made of the logits' places; some are 0.
    private static float[] Targets(Sharded of) => [.. of.Logits.Select((_, i) => i * 7 % 5 / 4f)];

    private static (float[] Values, float[] Gradient) OfTargets<L>(Sharded of, L loss, (int First, int Count)[] parts)
        where L : struct, ISoftmaxRows
    {
        var shards = parts.Select(part => ClassShard.Of(loss, of.Classes, part.First, part.Count, of.Weights)).ToArray();
        var targets = of with { Logits = Targets(of) };
        var merged = shards[0].Statistics(of.Logit(shards[0].First, shards[0].Count));
        foreach (var shard in shards[1..])
            merged.Merge(shard.Statistics(of.Logit(shard.First, shard.Count)));
        RowTerms Terms(ClassShard shard) =>
            shard.Terms(of.Logit(shard.First, shard.Count), targets.Logit(shard.First, shard.Count), merged);
        var terms = Terms(shards[0]);
        foreach (var shard in shards[1..])
            terms.Merge(Terms(shard));
        var (values, whole) = (new float[of.Rows], new float[of.Logits.Length]);
        shards[^1].Values(terms, values);
        foreach (var shard in shards)
        {
            var own = of.Logit(shard.First, shard.Count);
            shard.Gradient(own, targets.Logit(shard.First, shard.Count), merged, terms, 0.7, own);
            for (var row = 0; row < of.Rows; row++)
                own.AsSpan(row * shard.Count, shard.Count).CopyTo(whole.AsSpan(row * of.Classes + shard.First));
        }
        return (values, whole);
    }

    [Property]
    public void WithTargetsValueAndGradientAreTheSameBitsForEveryCut(Sharded of)
    {
        Check(new Focal(1.5, 2));
        Check(new GeneralizedCrossEntropy(0.7));
        Check(new Poly1(2));

        void Check<L>(L loss)
            where L : struct, ISoftmaxRows
        {
            var (whole, cut) = (OfTargets(of, loss, [(0, of.Classes)]), OfTargets(of, loss, of.Parts));
            Assert.Equal(Bits(whole.Values), Bits(cut.Values));
            Assert.Equal(Bits(whole.Gradient), Bits(cut.Gradient));
        }
    }

    [Property]
    public void WithTargetsTheValueIsThatOfTheUncutLoss(Sharded of)
    {
        if (of.Rows == 0)
            return;
        var values = OfTargets(of, new Focal(0, 1), of.Parts).Values;
        var expected = CSharp
            .Loss.CrossEntropy(
                DiffTensor.Create(of.Logits, of.Rows, of.Classes),
                DiffTensor.Create(Targets(of), of.Rows, of.Classes),
                of.Weights.Length == 0 ? null : (Weights)of.Weights
            )
            .Values.ToArray();
        Near(expected, values, of);
    }

    private static string Refused(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;

    [Fact]
    public void WhatDoesNotBelongTogetherIsRefusedByBothNames()
    {
        var one = CrossEntropyShard.Of(4, 0, 2);
        RowStatistics Of(ClassShard shard, int rows = 1, long firstRow = 0) =>
            shard.Statistics(new float[rows * shard.Count], new int[rows], firstRow);
        var other = CrossEntropyShard.Of(4, 2, 2);
        Assert.Contains("0 to 1 but", Refused(() => Of(one).Merge(Of(one))), StringComparison.Ordinal);
        Assert.Contains(
            "rows 5 to 5 but these parts are of the rows 0 to 0",
            Refused(() => Of(one).Merge(Of(other, 1, 5))),
            StringComparison.Ordinal
        );
        Assert.Contains("classes of 5 but", Refused(() => Of(one).Merge(Of(CrossEntropyShard.Of(5, 2, 2)))), StringComparison.Ordinal);
        var focal = Refused(() => Of(one).Merge(Of(ClassShard.Of(new Focal(2, 1), 4, 2, 2))));
        Assert.Contains("Focal", focal, StringComparison.Ordinal);
        Assert.Contains("NegativeLog", focal, StringComparison.Ordinal);
        Assert.Contains("gamma", Refused(() => new Focal(-1, 1)), StringComparison.Ordinal);
        Assert.NotEqual(Of(ClassShard.Of(new Focal(2, 1), 4, 2, 2)).Loss, Of(ClassShard.Of(new Focal(3, 1), 4, 2, 2)).Loss);
        var bytes = Of(other).ToBytes();
        bytes[2] = (byte)'9';
        Assert.Contains("made by version 9", Refused(() => Of(one).Merge(RowStatistics.FromBytes(bytes))), StringComparison.Ordinal);
        Assert.Contains("lacks classes", Refused(() => one.Values(Of(one), [0], new float[1])), StringComparison.Ordinal);
        Assert.Contains(
            "labels[0] is 4, but there are 4 classes",
            Refused(() => one.Statistics(new float[2], [4])),
            StringComparison.Ordinal
        );
        Assert.Contains("go on", Refused(() => RowStatistics.FromBytes(Of(one, 2).ToBytes()[..^1])), StringComparison.Ordinal);
    }
}
