using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>Contrastive loss: pairs that are alike should be near, all others far.</summary>
    /// <param name="embeddings">(N, D)</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="positiveMargin">How far what is alike may be; of dot products, how similar it should be.</param>
    /// <param name="negativeMargin">How far what is not alike should be; of dot products, how similar it may be.</param>
    /// <param name="distance">How far embeddings are from each other; the Euclidean distance by default.</param>
    /// <param name="normalized">Whether they are made as long as 1; true by default.</param>
    /// <param name="anchors">How many of the first embeddings are anchors, which look for their like among the rest; 0, where each looks among all others, by default.</param>
    /// <param name="counting">What a mean divides by; the number of all by default.</param>
    /// <returns>One for each anchor: their mean is the loss.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or an option is.</exception>
    /// <remarks>Source: Hadsell, Chopra and LeCun, CVPR 2006.</remarks>
    public static LossValues<T> Contrastive<T>(
        T embeddings,
        Labels identities,
        double positiveMargin = Metric.ContrastivePositiveMargin,
        double negativeMargin = Metric.ContrastiveNegativeMargin,
        EmbeddingDistance? distance = null,
        bool? normalized = null,
        int? anchors = null,
        PairCounting? counting = null
    )
        where T : ITensor<T> =>
        Metric.contrastive(
            positiveMargin,
            negativeMargin,
            MetricOptions.Given(distance, normalized, anchors, counting),
            identities,
            embeddings
        );

    /// <summary>Triplet loss over a batch: an anchor should be nearer to what is like it than to what is not, by a margin.</summary>
    /// <param name="embeddings">(N, D)</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="mining">Which triplets count.</param>
    /// <param name="smooth">Whether a loss is log(1 + exp(·)) in place of max(0, ·).</param>
    /// <param name="margin">In units of the distance; finite.</param>
    /// <param name="distance">How far embeddings are from each other; the Euclidean distance by default.</param>
    /// <param name="normalized">Whether they are made as long as 1; true by default.</param>
    /// <param name="anchors">How many of the first embeddings are anchors, which look for their like among the rest; 0, where each looks among all others, by default.</param>
    /// <param name="counting">What a mean divides by; the number of all by default.</param>
    /// <returns>For each anchor the sum over its triplets; a mean divides by how many count.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or an option is.</exception>
    /// <remarks>max(0, d(a, p) − d(a, n) + m). Source: Schroff, Kalenichenko and Philbin, CVPR 2015; Hermans, Beyer and Leibe (2017).</remarks>
    public static LossValues<T> BatchTriplet<T>(
        T embeddings,
        Labels identities,
        TripletMining mining = Metric.BatchTripletMining,
        bool smooth = Metric.BatchTripletSmooth,
        double margin = Metric.BatchTripletMargin,
        EmbeddingDistance? distance = null,
        bool? normalized = null,
        int? anchors = null,
        PairCounting? counting = null
    )
        where T : ITensor<T> =>
        Metric.batchTriplet(mining, smooth, margin, MetricOptions.Given(distance, normalized, anchors, counting), identities, embeddings);

    /// <summary>Margin loss: pairs that are alike should be nearer than a boundary, all others farther, by a margin; the boundary may be learned.</summary>
    /// <param name="embeddings">(N, D)</param>
    /// <param name="beta">The boundary, () or (1), or one for each class, (C).</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="byTriplets">Whether pairs count as often as there are triplets that they are in.</param>
    /// <param name="nu">ν, what the boundary costs for each pair, or for each triplet; finite.</param>
    /// <param name="margin">α, in units of the distance; finite.</param>
    /// <param name="distance">How far embeddings are from each other; the Euclidean distance by default.</param>
    /// <param name="normalized">Whether they are made as long as 1; true by default.</param>
    /// <param name="anchors">How many of the first embeddings are anchors, which look for their like among the rest; 0, where each looks among all others, by default.</param>
    /// <param name="counting">What a mean divides by; the number of all by default.</param>
    /// <returns>For each anchor the sum over its pairs; a mean divides by how many count.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or an option is.</exception>
    /// <remarks>Source: Wu et al., ICCV 2017.</remarks>
    public static LossValues<T> DistanceMargin<T>(
        T embeddings,
        T beta,
        Labels identities,
        bool byTriplets = Metric.DistanceMarginByTriplets,
        double nu = Metric.DistanceMarginNu,
        double margin = Metric.DistanceMarginMargin,
        EmbeddingDistance? distance = null,
        bool? normalized = null,
        int? anchors = null,
        PairCounting? counting = null
    )
        where T : ITensor<T> =>
        Metric.distanceMargin(
            byTriplets,
            nu,
            margin,
            MetricOptions.Given(distance, normalized, anchors, counting),
            identities,
            beta,
            embeddings
        );

    /// <summary>Multi-similarity loss: the pairs of an anchor count the more the harder they are, and may be mined.</summary>
    /// <param name="embeddings">(N, D)</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="alpha">α, how much more dissimilar positives count; finite, above 0.</param>
    /// <param name="beta">β, how much more similar negatives count; finite, above 0.</param>
    /// <param name="threshold">λ, the similarity beyond which positives are near, and negatives too near; finite.</param>
    /// <param name="epsilon">ε of the mining; ∞ for all pairs.</param>
    /// <param name="distance">How far embeddings are from each other; the cosine, as a similarity, by default.</param>
    /// <param name="normalized">Whether they are made as long as 1; true by default.</param>
    /// <param name="anchors">How many of the first embeddings are anchors, which look for their like among the rest; 0, where each looks among all others, by default.</param>
    /// <param name="counting">What a mean divides by; the number of all by default.</param>
    /// <returns>One for each anchor: 0 for one without pairs.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or an option is.</exception>
    /// <remarks>Source: Wang et al., CVPR 2019.</remarks>
    public static LossValues<T> MultiSimilarity<T>(
        T embeddings,
        Labels identities,
        double alpha = Metric.MultiSimilarityAlpha,
        double beta = Metric.MultiSimilarityBeta,
        double threshold = Metric.MultiSimilarityThreshold,
        double epsilon = Metric.MultiSimilarityEpsilon,
        EmbeddingDistance? distance = null,
        bool? normalized = null,
        int? anchors = null,
        PairCounting? counting = null
    )
        where T : ITensor<T> =>
        Metric.multiSimilarity(
            alpha,
            beta,
            threshold,
            epsilon,
            MetricOptions.GivenOfCosines(distance, normalized, anchors, counting),
            identities,
            embeddings
        );

    /// <summary>Circle loss: each similarity has a weight of its own, by how far it is from its optimum.</summary>
    /// <param name="embeddings">(N, D)</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="detached">Whether these weights are constants for the gradient.</param>
    /// <param name="gamma">γ, the scale; finite, above 0.</param>
    /// <param name="margin">m: positives should be above 1 − m, negatives below m; finite.</param>
    /// <param name="distance">How far embeddings are from each other; the cosine, as a similarity, by default.</param>
    /// <param name="normalized">Whether they are made as long as 1; true by default.</param>
    /// <param name="anchors">How many of the first embeddings are anchors, which look for their like among the rest; 0, where each looks among all others, by default.</param>
    /// <param name="counting">What a mean divides by; the number of all by default.</param>
    /// <returns>Nats, one for each anchor: 0, which does not count, for one that has no positive or no negative.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or an option is.</exception>
    /// <remarks>Source: Sun et al., CVPR 2020; keras.losses.Circle (Keras 3).</remarks>
    public static LossValues<T> Circle<T>(
        T embeddings,
        Labels identities,
        bool detached = Metric.CircleDetached,
        double gamma = Metric.CircleGamma,
        double margin = Metric.CircleMargin,
        EmbeddingDistance? distance = null,
        bool? normalized = null,
        int? anchors = null,
        PairCounting? counting = null
    )
        where T : ITensor<T> =>
        Metric.circle(
            detached,
            gamma,
            margin,
            MetricOptions.GivenOfCosines(distance, normalized, anchors, counting),
            identities,
            embeddings
        );

    /// <summary>NT-Xent: of each pair that is alike the cross-entropy of its similarity among those of all that is not; SimCLR's where each embedding has one other view.</summary>
    /// <param name="embeddings">(N, D)</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="temperature">τ, what similarities are divided by; finite, above 0.</param>
    /// <param name="distance">How far embeddings are from each other; the cosine, as a similarity, by default.</param>
    /// <param name="normalized">Whether they are made as long as 1; true by default.</param>
    /// <param name="anchors">How many of the first embeddings are anchors, which look for their like among the rest; 0, where each looks among all others, by default.</param>
    /// <param name="counting">What a mean divides by; the number of all by default.</param>
    /// <returns>Nats: for each anchor the sum over what is like it; a mean divides by how many pairs these are.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or an option is.</exception>
    /// <remarks>Source: Chen et al., ICML 2020; optax.ntxent (0.2, 2024).</remarks>
    public static LossValues<T> NTXent<T>(
        T embeddings,
        Labels identities,
        double temperature = Metric.NTXentTemperature,
        EmbeddingDistance? distance = null,
        bool? normalized = null,
        int? anchors = null,
        PairCounting? counting = null
    )
        where T : ITensor<T> =>
        Metric.ntXent(temperature, MetricOptions.GivenOfCosines(distance, normalized, anchors, counting), identities, embeddings);

    /// <summary>Supervised contrastive loss: the mean cross-entropy of an anchor's positives among all others.</summary>
    /// <param name="embeddings">(N, D)</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="temperature">τ, what similarities are divided by; finite, above 0.</param>
    /// <param name="distance">How far embeddings are from each other; the cosine, as a similarity, by default.</param>
    /// <param name="normalized">Whether they are made as long as 1; true by default.</param>
    /// <param name="anchors">How many of the first embeddings are anchors, which look for their like among the rest; 0, where each looks among all others, by default.</param>
    /// <param name="counting">What a mean divides by; the number of all by default.</param>
    /// <returns>Nats, one for each anchor: 0, which does not count, for one that has no positive, and for all of a batch in which all is alike.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or an option is.</exception>
    /// <remarks>Source: Khosla et al., NeurIPS 2020.</remarks>
    public static LossValues<T> SupCon<T>(
        T embeddings,
        Labels identities,
        double temperature = Metric.SupConTemperature,
        EmbeddingDistance? distance = null,
        bool? normalized = null,
        int? anchors = null,
        PairCounting? counting = null
    )
        where T : ITensor<T> =>
        Metric.supCon(temperature, MetricOptions.GivenOfCosines(distance, normalized, anchors, counting), identities, embeddings);

    /// <summary>Neighbourhood components analysis: that the neighbour which an anchor picks at random is like it, in nats.</summary>
    /// <param name="embeddings">(N, D)</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="scale">What distances are multiplied by; finite, above 0.</param>
    /// <param name="distance">How far embeddings are from each other; the Euclidean distance by default.</param>
    /// <param name="normalized">Whether they are made as long as 1; true by default.</param>
    /// <param name="anchors">How many of the first embeddings are anchors, which look for their like among the rest; 0, where each looks among all others, by default.</param>
    /// <param name="counting">What a mean divides by; the number of all by default.</param>
    /// <returns>Nats, one for each anchor: 0, which does not count, for one that has no positive.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or an option is.</exception>
    /// <remarks>In the paper distances are squared. Source: Goldberger et al., NIPS 2004.</remarks>
    public static LossValues<T> NCA<T>(
        T embeddings,
        Labels identities,
        double scale = Metric.NCAScale,
        EmbeddingDistance? distance = null,
        bool? normalized = null,
        int? anchors = null,
        PairCounting? counting = null
    )
        where T : ITensor<T> => Metric.nca(scale, MetricOptions.Given(distance, normalized, anchors, counting), identities, embeddings);

    /// <summary>Tuplet margin loss: of each pair that is alike the cross-entropy of its cosine among those of all that is not, its angle less by a margin.</summary>
    /// <param name="embeddings">(N, D)</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="scale">What cosines are multiplied by; finite, above 0.</param>
    /// <param name="margin">The angle in radians, from 0 to π, by which positives need not be nearer.</param>
    /// <param name="anchors">How many of the first embeddings look for their like among the rest; 0 where each looks among all others.</param>
    /// <returns>Nats: for each anchor the sum over what is like it; a mean divides by how many pairs these are.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    /// <remarks>Source: Yu and Tao, ICCV 2019.</remarks>
    public static LossValues<T> TupletMargin<T>(
        T embeddings,
        Labels identities,
        double scale = Metric.TupletMarginScale,
        double margin = Metric.TupletMarginMargin,
        int anchors = Metric.TupletMarginAnchors
    )
        where T : ITensor<T> => Metric.tupletMargin(scale, margin, anchors, identities, embeddings);

    /// <summary>Angular loss: a negative should be seen from a positive pair under no more than an angle.</summary>
    /// <param name="embeddings">(N, D)</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="alpha">α, the angle in radians, above 0, below ½π.</param>
    /// <param name="normalized">Whether embeddings are made as long as 1.</param>
    /// <param name="anchors">How many of the first embeddings look for their like among the rest; 0 where each looks among all others.</param>
    /// <returns>Nats: for each anchor the sum over what is like it; a mean divides by how many pairs these are.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    /// <remarks>Source: Wang et al., ICCV 2017.</remarks>
    public static LossValues<T> Angular<T>(
        T embeddings,
        Labels identities,
        double alpha = Metric.AngularAlpha,
        bool normalized = Metric.AngularNormalized,
        int anchors = Metric.AngularAnchors
    )
        where T : ITensor<T> => Metric.angular(alpha, normalized, anchors, identities, embeddings);

    /// <summary>Penalised negatives before positives: what the negatives cost that an anchor finds before each of its positives.</summary>
    /// <param name="embeddings">(N, D)</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="cost">f, what so many cost.</param>
    /// <param name="alpha">α of Saturating; finite, above 0.</param>
    /// <param name="b">b of Bounded; finite, above 0.</param>
    /// <param name="temperature">τ of the sigmoid that stands for a step; finite, above 0.</param>
    /// <param name="distance">How far embeddings are from each other; the cosine, as a similarity, by default.</param>
    /// <param name="normalized">Whether they are made as long as 1; true by default.</param>
    /// <param name="anchors">How many of the first embeddings are anchors, which look for their like among the rest; 0, where each looks among all others, by default.</param>
    /// <param name="counting">What a mean divides by; the number of all by default.</param>
    /// <returns>One for each anchor: 0, which does not count, for one that has no positive.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or an option is.</exception>
    /// <remarks>Source: Li et al., AAAI 2022.</remarks>
    public static LossValues<T> NegativesBefore<T>(
        T embeddings,
        Labels identities,
        NegativesBefore cost = Metric.NegativesBeforeCost,
        double alpha = Metric.NegativesBeforeAlpha,
        double b = Metric.NegativesBeforeB,
        double temperature = Metric.NegativesBeforeTemperature,
        EmbeddingDistance? distance = null,
        bool? normalized = null,
        int? anchors = null,
        PairCounting? counting = null
    )
        where T : ITensor<T> =>
        Metric.negativesBefore(
            cost,
            alpha,
            b,
            temperature,
            MetricOptions.GivenOfCosines(distance, normalized, anchors, counting),
            identities,
            embeddings
        );

    /// <summary>Ranked list loss: positives within a sphere around the anchor, negatives outside of a larger one, the harder the heavier.</summary>
    /// <param name="embeddings">(N, D)</param>
    /// <param name="identities">Whose each embedding is, any numbers: (N). Equal ones are alike.</param>
    /// <param name="alpha">How far negatives should be at least; 1.2 by default.</param>
    /// <param name="margin">How much nearer than that positives should be; 0.4 by default.</param>
    /// <param name="imbalance">What the negatives weigh, from 0 to 1; ½ by default.</param>
    /// <param name="positiveTemperature">How much more a positive weighs the farther it is; 0 by default.</param>
    /// <param name="negativeTemperature">How much more a negative weighs the nearer it is; 10 by default.</param>
    /// <param name="eps">What each embedding adds to the sum of the weights; 10⁻⁵ by default.</param>
    /// <param name="distance">How far embeddings are from each other; the Euclidean distance by default.</param>
    /// <param name="normalized">Whether they are made as long as 1; true by default.</param>
    /// <param name="anchors">How many of the first embeddings are anchors, which look for their like among the rest; 0, where each looks among all others, by default.</param>
    /// <param name="counting">What a mean divides by; the number of all by default.</param>
    /// <returns>One for each anchor.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or an option is.</exception>
    /// <remarks>Source: Wang et al., CVPR 2019.</remarks>
    public static LossValues<T> RankedList<T>(
        T embeddings,
        Labels identities,
        double? alpha = null,
        double? margin = null,
        double? imbalance = null,
        double? positiveTemperature = null,
        double? negativeTemperature = null,
        double? eps = null,
        EmbeddingDistance? distance = null,
        bool? normalized = null,
        int? anchors = null,
        PairCounting? counting = null
    )
        where T : ITensor<T> =>
        Metric.rankedList(
            RankedListOptions.Given(alpha, margin, imbalance, positiveTemperature, negativeTemperature, eps),
            MetricOptions.Given(distance, normalized, anchors, counting),
            identities,
            embeddings
        );

    /// <inheritdoc cref="Metric.fastAP"/>
    public static LossValues<T> FastAP<T>(T embeddings, Labels identities, int bins = Metric.FastAPBins)
        where T : ITensor<T> => Metric.fastAP(bins, identities, embeddings);

    /// <inheritdoc cref="Metric.histogram"/>
    public static LossValues<T> Histogram<T>(T embeddings, Labels identities, int bins = Metric.HistogramBins)
        where T : ITensor<T> => Metric.histogram(bins, identities, embeddings);

    /// <inheritdoc cref="Metric.dynamicSoftMargin"/>
    public static LossValues<T> DynamicSoftMargin<T>(
        T differences,
        double least = Metric.DynamicSoftMarginLeast,
        int bins = Metric.DynamicSoftMarginBins
    )
        where T : ITensor<T> => Metric.dynamicSoftMargin(least, bins, differences);

    /// <inheritdoc cref="Metric.nPairs"/>
    public static LossValues<T> NPairs<T>(T embeddings, Labels identities, bool normalized = Metric.NPairsNormalized)
        where T : ITensor<T> => Metric.nPairs(normalized, identities, embeddings);
}
