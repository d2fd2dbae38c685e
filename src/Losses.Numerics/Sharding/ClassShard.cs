using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Losses;

/// <summary>Some of the classes of a loss of softmax rows: the part of a vocabulary that one machine has.</summary>
/// <remarks>
/// <para>
/// A step has two rounds. Each shard gives the statistics of its logits; merged, in any order, they are those of the rows; from them follow the values, anywhere, and the
/// gradient by each shard's own logits. Where each class has a target there is a round between: the terms of the classes, merged as well. Value and gradient are the same
/// bits for every cut of the classes, one shard of all of them included, and for every order of merging.
/// </para>
/// <para>A label is a class of the whole row; a negative one is ignored. Nothing is kept between calls: many threads may share a shard.</para>
/// </remarks>
public abstract class ClassShard
{
    private static readonly string Library = typeof(ClassShard)
        .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion;

    private protected const int Ways = 8;

    private readonly double[] _weights;
    private protected readonly double Smoothing;
    private protected readonly double SquaredNormaliser;
    private protected readonly double WeightSum;
    private protected readonly double WeightSumLost;

    private protected ClassShard(
        string loss,
        int classes,
        int first,
        int count,
        ReadOnlySpan<double> classWeights,
        double labelSmoothing,
        double squaredNormaliser
    )
    {
        if (classes < 1)
            throw new ArgumentOutOfRangeException(
                nameof(classes),
                FormattableString.Invariant($"classes is {classes}, but there must be at least 1.")
            );
        if (first < 0 || first >= classes)
            throw new ArgumentOutOfRangeException(
                nameof(first),
                FormattableString.Invariant($"first is {first}, but there are {classes} classes.")
            );
        if (count < 1 || count > classes - first)
            throw new ArgumentOutOfRangeException(
                nameof(count),
                FormattableString.Invariant($"count is {count}, but {classes - first} of {classes} classes are left from {first} on.")
            );
        if (!classWeights.IsEmpty && classWeights.Length != classes)
            throw new ArgumentException(
                FormattableString.Invariant($"classWeights has {classWeights.Length} elements, but there are {classes} classes."),
                nameof(classWeights)
            );
        for (var c = 0; c < classWeights.Length; c++)
            if (!(classWeights[c] >= 0 && double.IsFinite(classWeights[c])))
                throw new ArgumentOutOfRangeException(
                    nameof(classWeights),
                    FormattableString.Invariant($"classWeights[{c}] is {classWeights[c]}, but a weight is finite and at least 0.")
                );
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
            throw new ArgumentOutOfRangeException(
                nameof(labelSmoothing),
                FormattableString.Invariant($"labelSmoothing is {labelSmoothing}, but it must be between 0 and 1.")
            );
        if (!(squaredNormaliser >= 0 && double.IsFinite(squaredNormaliser)))
            throw new ArgumentOutOfRangeException(
                nameof(squaredNormaliser),
                FormattableString.Invariant($"squaredNormaliser is {squaredNormaliser}, but it must be finite and at least 0.")
            );
        (Classes, First, Count) = (classes, first, count);
        _weights = classWeights.ToArray();
        (Smoothing, SquaredNormaliser) = (labelSmoothing, squaredNormaliser);
        var sum = new ExactSum();
        sum.Add(classWeights);
        WeightSum = classWeights.IsEmpty ? classes : sum.ToDouble();
        sum.Add(-WeightSum);
        WeightSumLost = classWeights.IsEmpty ? 0 : sum.ToDouble();
        var weights = classWeights.IsEmpty ? "none" : System.Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(classWeights)));
        Loss = FormattableString.Invariant(
            $"{loss}, labelSmoothing {labelSmoothing}, squaredNormaliser {squaredNormaliser}, classWeights {weights}"
        );
    }

    /// <summary>How many classes a whole row has.</summary>
    public int Classes { get; }

    /// <summary>The first class that is here.</summary>
    public int First { get; }

    /// <summary>How many classes are here.</summary>
    public int Count { get; }

    /// <summary>The loss with its hyperparameters: what statistics that merge must agree in.</summary>
    public string Loss { get; }

    /// <summary>A shard of any loss of softmax rows, a definition of one's own too.</summary>
    /// <param name="loss">The definition.</param>
    /// <param name="classes">How many classes a whole row has.</param>
    /// <param name="first">The first class of this shard.</param>
    /// <param name="count">How many classes this shard has.</param>
    /// <param name="classWeights">A weight for each class of the whole row, or none.</param>
    /// <param name="labelSmoothing">ε in [0, 1]: (1 − ε) of the label's loss and ε / C of −log p of every class.</param>
    /// <param name="squaredNormaliser">λ, at least 0: λ (log Σ eˣ)² of each row that counts is added, the z-loss.</param>
    /// <exception cref="ArgumentException">There is another number of weights than of classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    public static ClassShard Of<L>(
        L loss,
        int classes,
        int first,
        int count,
        ReadOnlySpan<double> classWeights = default,
        double labelSmoothing = 0,
        double squaredNormaliser = 0
    )
        where L : struct, ISoftmaxRows => new ClassShard<L>(loss, classes, first, count, classWeights, labelSmoothing, squaredNormaliser);

    private protected double Weight(int label) =>
        label < 0 ? 0
        : _weights.Length == 0 ? 1
        : _weights[label];

    /// <summary>What the classes of this shard tell of rows.</summary>
    /// <param name="logits">Row-major: <see cref="Count"/> logits for each label.</param>
    /// <param name="labels">A class of the whole row for each row; a negative one is ignored.</param>
    /// <param name="firstRow">The number of the first row, which statistics that merge must agree in.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which stands where.</exception>
    public RowStatistics Statistics(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels, long firstRow = 0)
    {
        CheckLogits(logits, labels);
        var result = new RowStatistics(Loss, Library, Classes, firstRow, labels.Length, Smoothing > 0);
        result.Covers(First, Count);
        for (var row = 0; row < labels.Length; row++)
        {
            var own = logits.Slice(row * Count, Count);
            var max = float.NegativeInfinity;
            foreach (var x in own)
                max = MathF.Max(max, x);
            result.Max[row] = max + 0;
            if (float.IsNaN(max))
                result.Settle(row);
            else
                foreach (var x in own)
                    result.Add(row, x, 1);
            if ((uint)(labels[row] - First) < (uint)Count)
                (result.Own[row], result.HasOwn[row]) = (own[labels[row] - First], true);
            for (var c = 0; c < Count && result.Sums is not null; c++)
                if (Weight(First + c) is var weight && weight != 0)
                    result.Sums[row].AddProduct(-weight, own[c]);
        }
        return result;
    }

    /// <summary>The loss of each row; 0 of one that is ignored.</summary>
    /// <param name="merged">The statistics of all classes.</param>
    /// <param name="labels">Those of the statistics.</param>
    /// <param name="values">A place for each row.</param>
    /// <exception cref="ArgumentException"><paramref name="merged"/> lacks classes or is of something else, or a length does not fit.</exception>
    public abstract void Values(RowStatistics merged, ReadOnlySpan<int> labels, Span<float> values);

    /// <summary>The sum of the losses of the rows, and that of the weights that a mean divides by: parts that merge with those of other rows.</summary>
    /// <inheritdoc cref="Values(RowStatistics, ReadOnlySpan{int}, Span{float})"/>
    public LossAccumulator Parts(RowStatistics merged, ReadOnlySpan<int> labels)
    {
        var values = new float[labels.Length];
        Values(merged, labels, values);
        var parts = new LossAccumulator();
        var weights = new double[labels.Length];
        for (var row = 0; row < weights.Length; row++)
            weights[row] = Weight(labels[row]);
        parts.AddParts(values, weights);
        return parts;
    }

    /// <summary>The gradient of the rows' losses by the logits of this shard.</summary>
    /// <param name="logits">Those that the statistics were made of.</param>
    /// <param name="labels">Those of the statistics.</param>
    /// <param name="merged">The statistics of all classes.</param>
    /// <param name="scale">What the gradient is multiplied by: over the weight of all rows, where it is that of a mean.</param>
    /// <param name="gradient">As long as <paramref name="logits"/>; it may be the same memory.</param>
    /// <exception cref="ArgumentException"><paramref name="merged"/> lacks classes or is of something else, or a length does not fit.</exception>
    public abstract void Gradient(
        ReadOnlySpan<float> logits,
        ReadOnlySpan<int> labels,
        RowStatistics merged,
        double scale,
        Span<float> gradient
    );

    /// <summary>What the classes of this shard tell of rows that have a target for each class.</summary>
    /// <param name="logits">Row-major: <see cref="Count"/> logits for each row.</param>
    /// <param name="firstRow">The number of the first row, which statistics that merge must agree in.</param>
    /// <exception cref="ArgumentException">The length is no whole number of rows.</exception>
    /// <exception cref="InvalidOperationException">The shard has label smoothing or a z-loss, which are for labels.</exception>
    public RowStatistics Statistics(ReadOnlySpan<float> logits, long firstRow = 0)
    {
        if (Smoothing > 0 || SquaredNormaliser > 0)
            throw new InvalidOperationException($"{Loss}: label smoothing and the z-loss are for labels, not for a target for each class.");
        if (logits.Length % Count != 0)
            throw new ArgumentException(
                FormattableString.Invariant($"logits has {logits.Length} elements, which is no whole number of rows of {Count} classes."),
                nameof(logits)
            );
        var labels = new int[logits.Length / Count];
        Array.Fill(labels, -1);
        return Statistics(logits, labels, firstRow);
    }

    /// <summary>The terms of the classes of this shard, of rows that have a target for each class.</summary>
    /// <param name="logits">Those that the statistics were made of.</param>
    /// <param name="targets">As long as <paramref name="logits"/>: what each class should have.</param>
    /// <param name="merged">The statistics of all classes.</param>
    /// <exception cref="ArgumentException"><paramref name="merged"/> lacks classes or is of something else, or a length does not fit.</exception>
    public abstract RowTerms Terms(ReadOnlySpan<float> logits, ReadOnlySpan<float> targets, RowStatistics merged);

    /// <summary>The loss of each row: its terms in sum.</summary>
    /// <param name="merged">The terms of all classes.</param>
    /// <param name="values">A place for each row.</param>
    /// <exception cref="ArgumentException"><paramref name="merged"/> lacks classes or is of something else, or a length does not fit.</exception>
    public void Values(RowTerms merged, Span<float> values)
    {
        CheckParts(merged);
        if (values.Length != merged.Rows)
            throw new ArgumentException(
                FormattableString.Invariant($"values has {values.Length} elements but merged has {merged.Rows} rows; they must be equal."),
                nameof(values)
            );
        for (var row = 0; row < values.Length; row++)
            values[row] = merged.Values[row].ToSingle();
    }

    /// <summary>The gradient of the rows' losses by the logits of this shard, of rows that have a target for each class.</summary>
    /// <param name="logits">Those that the statistics were made of.</param>
    /// <param name="targets">Those that the terms were made of.</param>
    /// <param name="merged">The statistics of all classes.</param>
    /// <param name="terms">The terms of all classes.</param>
    /// <param name="scale">What the gradient is multiplied by.</param>
    /// <param name="gradient">As long as <paramref name="logits"/>; it may be the same memory.</param>
    /// <exception cref="ArgumentException">What is merged lacks classes or is of something else, or a length does not fit.</exception>
    public abstract void Gradient(
        ReadOnlySpan<float> logits,
        ReadOnlySpan<float> targets,
        RowStatistics merged,
        RowTerms terms,
        double scale,
        Span<float> gradient
    );

    private protected void CheckParts(ClassParts merged)
    {
        ArgumentNullException.ThrowIfNull(merged);
        if (merged.Version != Library)
            throw new ArgumentException($"merged is made by version {merged.Version} but this is version {Library}.", nameof(merged));
        if (merged.Loss != Loss || merged.Classes != Classes)
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"merged is of {merged.Loss} and {merged.Classes} classes but this shard of {Loss} and {Classes} classes."
                ),
                nameof(merged)
            );
        if (!merged.IsComplete)
            throw new ArgumentException($"merged lacks classes: it is {merged}.", nameof(merged));
    }

    private protected void CheckLogits(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels)
    {
        if (logits.Length != (long)labels.Length * Count)
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"logits has {logits.Length} elements, but {labels.Length} rows of {Count} classes have {(long)labels.Length * Count}."
                ),
                nameof(logits)
            );
        CheckLabels(labels);
    }

    private protected void CheckLabels(ReadOnlySpan<int> labels)
    {
        if (labels.IndexOfAnyExceptInRange(int.MinValue, Classes - 1) is >= 0 and var i)
            throw new ArgumentOutOfRangeException(
                nameof(labels),
                FormattableString.Invariant($"labels[{i}] is {labels[i]}, but there are {Classes} classes.")
            );
    }

    private protected void CheckMerged(RowStatistics merged, ReadOnlySpan<int> labels)
    {
        CheckParts(merged);
        if (merged.Rows != labels.Length)
            throw new ArgumentException(
                FormattableString.Invariant($"merged has {merged.Rows} rows but labels has {labels.Length} elements; they must be equal."),
                nameof(merged)
            );
        CheckLabels(labels);
        for (var row = 0; row < labels.Length; row++)
            if (merged.HasOwn[row] != labels[row] >= 0)
                throw new ArgumentException(
                    FormattableString.Invariant($"labels[{row}] is {labels[row]}, which is not what the statistics were made with."),
                    nameof(labels)
                );
    }
}

/// <summary>The classes of a definition.</summary>
internal sealed class ClassShard<L>(
    L loss,
    int classes,
    int first,
    int count,
    ReadOnlySpan<double> classWeights,
    double labelSmoothing,
    double squaredNormaliser
) : ClassShard(Name(loss), classes, first, count, classWeights, labelSmoothing, squaredNormaliser)
    where L : struct, ISoftmaxRows
{
    private readonly L _loss = loss;

    // The bytes of a struct without references are its hyperparameters.
    private static string Name(L loss) =>
        RuntimeHelpers.IsReferenceOrContainsReferences<L>()
            ? typeof(L).Name
            : $"{typeof(L).Name} {System.Convert.ToHexString(MemoryMarshal.AsBytes(new ReadOnlySpan<L>(in loss)))}";

    /// <summary>Of each row, in lanes: what its value and its slopes follow from.</summary>
    private sealed class Group(int rows)
    {
        internal readonly int Width = (rows + Ways - 1) / Ways * Ways;

        private readonly double[] _numbers = new double[(rows + Ways - 1) / Ways * Ways * 7];

        internal Span<double> Others => Part(0);

        /// <summary>m − x at the label.</summary>
        internal Span<double> Short => Part(1);

        internal Span<double> Weight => Part(2);

        /// <summary>ε / C; 0 where ignored.</summary>
        internal Span<double> Spread => Part(3);

        /// <summary>Σ w (m − x).</summary>
        internal Span<double> Lacking => Part(4);

        /// <summary>λ, 0 where ignored; then the slope by any other class's logit, over p.</summary>
        internal Span<double> Share => Part(5);

        /// <summary>The largest; then the slope by the label's.</summary>
        internal Span<double> Own => Part(6);

        private Span<double> Part(int i) => _numbers.AsSpan(i * Width, Width);
    }

    private Group Of(RowStatistics merged, ReadOnlySpan<int> labels)
    {
        CheckMerged(merged, labels);
        var group = new Group(labels.Length);
        for (var row = 0; row < labels.Length; row++)
        {
            var max = merged.Max[row];
            // A row all −∞ has no distribution, and contributes nothing.
            if (labels[row] < 0 || float.IsNegativeInfinity(max))
                continue;
            group.Others[row] = float.IsNaN(max) ? double.NaN : merged.Others[row].Over(merged.Top[row], max) + (merged.Ties[row] - 1);
            group.Short[row] = merged.Own[row] == max ? 0 : (double)max - merged.Own[row];
            group.Weight[row] = Weight(labels[row]);
            group.Spread[row] = Smoothing / Classes;
            group.Share[row] = SquaredNormaliser;
            group.Own[row] = max;
            if (merged.Sums is null || Smoothing == 0)
                continue;
            // m Σ w − Σ w x, rounded once.
            var exact = new ExactSum();
            exact.AddProduct(WeightSum, max);
            exact.AddProduct(WeightSumLost, max);
            exact.Merge(merged.Sums[row]);
            group.Lacking[row] = float.IsFinite(max) ? exact.ToDouble() : double.NaN;
        }
        return group;
    }

    public override void Values(RowStatistics merged, ReadOnlySpan<int> labels, Span<float> values)
    {
        if (values.Length != labels.Length)
            throw new ArgumentException(
                FormattableString.Invariant($"values has {values.Length} elements but labels has {labels.Length}; they must be equal."),
                nameof(values)
            );
        var group = Of(merged, labels);
        var results = new float[group.Width];
        Widest.Run<float, ValueWork>(new(this, group, results));
        results.AsSpan(0, values.Length).CopyTo(values);
    }

    private readonly struct ValueWork(ClassShard<L> shard, Group group, float[] results) : IWork<float>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, float> => shard.Value<TLane>(group, results);
    }

    private readonly struct SlopeWork(ClassShard<L> shard, Group group, double scale) : IWork<float>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, float> => shard.Slopes<TLane>(group, scale);
    }

    private static Softmax<TLane> Own<TLane>(TLane others, TLane lacking)
        where TLane : struct, ILane<TLane, float>
    {
        TLane one = TLane.Constant(1),
            normaliser = one + others,
            e = TLane.Exp(-lacking),
            rest = TLane.IfEqual(lacking, TLane.Constant(0), others, normaliser - e);
        return new(-(lacking + TLane.Log1P(others)), e / normaliser, rest / normaliser);
    }

    private void Value<TLane>(Group group, float[] results)
        where TLane : struct, ILane<TLane, float>
    {
        TLane one = TLane.Constant(1);
        for (nuint i = 0; i < (nuint)group.Width; i += (nuint)TLane.Count)
        {
            TLane others = TLane.LoadNumbers(in group.Others[0], i),
                lacking = TLane.LoadNumbers(in group.Short[0], i),
                log = TLane.Log1P(others);
            var value = TLane.Weigh(
                TLane.Constant(1 - Smoothing) * TLane.LoadNumbers(in group.Weight[0], i),
                _loss.Of(Own(others, lacking), one)
            );
            if (Smoothing > 0)
                value += TLane.Weigh(
                    TLane.LoadNumbers(in group.Spread[0], i),
                    TLane.Constant(WeightSum) * log + TLane.LoadNumbers(in group.Lacking[0], i)
                );
            if (SquaredNormaliser > 0)
            {
                var normaliser = TLane.LoadNumbers(in group.Own[0], i) + log;
                value += TLane.Weigh(TLane.LoadNumbers(in group.Share[0], i), normaliser * normaliser);
            }
            TLane.Store(value, ref results[0], i);
        }
    }

    // By the logit of a class with the probability p: share · p − spread · w; by the label's, apart, from 1 − p, which p has no digits of where it is nearly 1.
    private void Slopes<TLane>(Group group, double scale)
        where TLane : struct, ILane<TLane, float>
    {
        TLane one = TLane.Constant(1),
            g = TLane.Constant(scale);
        for (nuint i = 0; i < (nuint)group.Width; i += (nuint)TLane.Count)
        {
            TLane others = TLane.LoadNumbers(in group.Others[0], i),
                weight = TLane.LoadNumbers(in group.Weight[0], i),
                spread = TLane.LoadNumbers(in group.Spread[0], i);
            var own = Own(others, TLane.LoadNumbers(in group.Short[0], i));
            var varied = new Softmax<Dual<TLane>>(
                Dual<TLane>.Variable(own.LogProbability),
                new(own.Probability, own.Probability),
                new(own.Rest, -own.Probability)
            );
            var slope = TLane.Weigh(TLane.Constant(1 - Smoothing) * weight, _loss.Of(varied, Dual<TLane>.Fixed(one)).Derivative);
            TLane share = -slope,
                label = slope * own.Rest;
            if (Smoothing > 0)
            {
                share += spread * TLane.Constant(WeightSum);
                label += spread * (own.Probability * TLane.Constant(WeightSum) - weight);
            }
            if (SquaredNormaliser > 0)
            {
                var normal = TLane.Weigh(
                    TLane.LoadNumbers(in group.Share[0], i),
                    TLane.Constant(2) * (TLane.LoadNumbers(in group.Own[0], i) + TLane.Log1P(others))
                );
                share += normal;
                label += normal * own.Probability;
            }
            TLane.StoreNumbers(g * share / (one + others), ref group.Share[0], i);
            TLane.StoreNumbers(g * label, ref group.Own[0], i);
            TLane.StoreNumbers(g * spread, ref group.Spread[0], i);
        }
    }

    public override void Gradient(
        ReadOnlySpan<float> logits,
        ReadOnlySpan<int> labels,
        RowStatistics merged,
        double scale,
        Span<float> gradient
    )
    {
        CheckLogits(logits, labels);
        if (gradient.Length != logits.Length)
            throw new ArgumentException(
                FormattableString.Invariant($"gradient has {gradient.Length} elements but logits has {logits.Length}; they must be equal."),
                nameof(gradient)
            );
        Refuse.PartlyOver(logits, (ReadOnlySpan<float>)gradient);
        var group = Of(merged, labels);
        Widest.Run<float, SlopeWork>(new(this, group, scale));
        var room = new double[(Count + Ways - 1) / Ways * Ways];
        for (var row = 0; row < labels.Length; row++)
        {
            var from = logits.Slice(row * Count, Count);
            var to = gradient.Slice(row * Count, Count);
            // What counts for nothing has no slope, whatever its logits.
            if (
                labels[row] < 0
                || group.Weight[row] == 0 && Smoothing == 0 && SquaredNormaliser == 0
                || float.IsNegativeInfinity(merged.Max[row])
            )
            {
                to.Clear();
                continue;
            }
            for (var c = 0; c < Count; c++)
                room[c] = from[c] == merged.Max[row] ? 0 : (double)from[c] - merged.Max[row];
            Widest.Run<float, ExponentialWork>(new(room));
            for (var c = 0; c < Count; c++)
            {
                var slope = group.Share[row] * room[c];
                if (Smoothing > 0)
                    slope -= group.Spread[row] * Weight(First + c);
                to[c] = (float)(First + c == labels[row] ? group.Own[row] : slope);
            }
        }
    }

    public override RowTerms Terms(ReadOnlySpan<float> logits, ReadOnlySpan<float> targets, RowStatistics merged)
    {
        CheckTargets(logits, targets, merged);
        var terms = new RowTerms(merged);
        terms.Covers(First, Count);
        var row = new Row(this, isGradient: false);
        for (var i = 0; i < merged.Rows; i++)
            if (row.Fill(logits, targets, merged, i))
            {
                terms.Values[i].Add(row.Values[..Count]);
                terms.Slopes[i].Add(row.Slopes[..Count]);
            }
        return terms;
    }

    public override void Gradient(
        ReadOnlySpan<float> logits,
        ReadOnlySpan<float> targets,
        RowStatistics merged,
        RowTerms terms,
        double scale,
        Span<float> gradient
    )
    {
        CheckTargets(logits, targets, merged);
        CheckParts(terms);
        if (gradient.Length != logits.Length)
            throw new ArgumentException(
                FormattableString.Invariant($"gradient has {gradient.Length} elements but logits has {logits.Length}; they must be equal."),
                nameof(gradient)
            );
        if (terms.Rows != merged.Rows || terms.FirstRow != merged.FirstRow)
            throw new ArgumentException($"terms is {terms} but merged is {merged}.", nameof(terms));
        Refuse.PartlyOver(logits, (ReadOnlySpan<float>)gradient);
        Refuse.PartlyOver(targets, (ReadOnlySpan<float>)gradient);
        var row = new Row(this, isGradient: true) { Scale = scale };
        for (var i = 0; i < merged.Rows; i++)
        {
            var to = gradient.Slice(i * Count, Count);
            // What the rounded sum has lost is added to it where a slope is taken off.
            var rest = new ExactSum();
            rest.Merge(terms.Slopes[i]);
            row.Total = rest.ToDouble();
            rest.Add(-row.Total);
            row.Lost = double.IsFinite(row.Total) ? rest.ToDouble() : 0;
            if (!row.Fill(logits, targets, merged, i))
                to.Clear();
            else
                for (var c = 0; c < Count; c++)
                    to[c] = (float)row.Slopes[c];
        }
    }

    private void CheckTargets(ReadOnlySpan<float> logits, ReadOnlySpan<float> targets, RowStatistics merged)
    {
        CheckParts(merged);
        if (logits.Length != (long)merged.Rows * Count)
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"logits has {logits.Length} elements, but {merged.Rows} rows of {Count} classes have {(long)merged.Rows * Count}."
                ),
                nameof(logits)
            );
        if (targets.Length != logits.Length)
            throw new ArgumentException(
                FormattableString.Invariant($"targets has {targets.Length} elements but logits has {logits.Length}; they must be equal."),
                nameof(targets)
            );
    }

    /// <summary>The terms of one row's classes, or the slopes by its logits.</summary>
    private sealed class Row(ClassShard<L> shard, bool isGradient)
    {
        private readonly int _width = (shard.Count + Ways - 1) / Ways * Ways;
        private readonly double[] _numbers = new double[(shard.Count + Ways - 1) / Ways * Ways * 5];
        private double _others;

        internal Span<double> Values => _numbers.AsSpan(3 * _width, _width);

        internal Span<double> Slopes => _numbers.AsSpan(4 * _width, _width);

        internal double Scale { get; init; }

        internal double Total { get; set; }

        internal double Lost { get; set; }

        // False where the row is all −∞: it has no distribution, and contributes nothing.
        internal bool Fill(ReadOnlySpan<float> logits, ReadOnlySpan<float> targets, RowStatistics merged, int row)
        {
            var max = merged.Max[row];
            if (float.IsNegativeInfinity(max))
                return false;
            _others = float.IsNaN(max) ? double.NaN : merged.Others[row].Over(merged.Top[row], max) + (merged.Ties[row] - 1);
            for (var c = 0; c < shard.Count; c++)
            {
                var x = logits[row * shard.Count + c];
                _numbers[c] = x == max ? 0 : (double)x - max;
                _numbers[_width + c] = targets[row * shard.Count + c];
                _numbers[2 * _width + c] = shard.Weight(shard.First + c);
            }
            Widest.Run<float, RowWork>(new(this));
            return true;
        }

        private readonly struct RowWork(Row row) : IWork<float>
        {
            public void Run<TLane>()
                where TLane : struct, ILane<TLane, float> => row.Run<TLane>();
        }

        private void Run<TLane>()
            where TLane : struct, ILane<TLane, float>
        {
            TLane zero = TLane.Constant(0),
                others = TLane.Constant(_others),
                normaliser = TLane.Constant(1) + others,
                log = TLane.Log1P(others),
                share = TLane.Constant(Scale) / normaliser,
                total = TLane.Constant(Total),
                lost = TLane.Constant(Lost);
            for (nuint i = 0; i < (nuint)_width; i += (nuint)TLane.Count)
            {
                TLane below = TLane.LoadNumbers(in _numbers[0], i),
                    weight = TLane.LoadNumbers(in _numbers[2 * _width], i),
                    e = TLane.Exp(below),
                    rest = TLane.IfEqual(below, zero, others, normaliser - e);
                var of = new Softmax<Dual<TLane>>(
                    Dual<TLane>.Variable(below - log),
                    new(e / normaliser, e / normaliser),
                    new(rest / normaliser, -(e / normaliser))
                );
                var term = shard._loss.Of(of, Dual<TLane>.Fixed(TLane.LoadNumbers(in _numbers[_width], i)));
                var slope = TLane.Weigh(weight, term.Derivative);
                TLane.StoreNumbers(TLane.Weigh(weight, term.Value), ref _numbers[3 * _width], i);
                // f′ (1 − p) − p Σ f′ of the others, as the kernel of uncut rows has it.
                if (isGradient)
                    slope = TLane.Weigh(share, slope * rest - TLane.Weigh(e, total - slope + lost));
                TLane.StoreNumbers(slope, ref _numbers[4 * _width], i);
            }
        }
    }

    private readonly struct ExponentialWork(double[] numbers) : IWork<float>
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, float>
        {
            for (nuint i = 0; i < (nuint)numbers.Length; i += (nuint)TLane.Count)
                TLane.StoreNumbers(TLane.Exp(TLane.LoadNumbers(in numbers[0], i)), ref numbers[0], i);
        }
    }
}
