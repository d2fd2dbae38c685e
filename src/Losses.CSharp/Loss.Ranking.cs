using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>RankNet: of each pair in a list the nats by which the scores fail to put the more relevant first.</summary>
    /// <param name="prediction">Scores; any shape.</param>
    /// <param name="target">How relevant each is, on any scale; the shape of <paramref name="prediction"/>.</param>
    /// <param name="sigma">σ, how steep the logistic function of a difference is; finite, above 0.</param>
    /// <param name="axis">The axis that the lists lie along; a negative one counts from the last.</param>
    /// <returns>Nats: for each list the sum over its pairs of different relevance; a mean divides by how many they are.</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sigma"/> is not above 0 or not finite, or there is no such axis.</exception>
    /// <remarks>Σ log(1 + exp(−σ (sᵢ − sⱼ))) over the pairs with tᵢ &gt; tⱼ. Source: Burges et al., ICML 2005; rax.pairwise_logistic_loss (2023).</remarks>
    public static LossValues<T> RankNet<T>(T prediction, T target, double sigma = Ranking.RankNetSigma, int axis = Ranking.RankNetAxis)
        where T : ITensor<T> => Ranking.rankNet(sigma, axis, target, prediction);

    /// <inheritdoc cref="Ranking.pairHinge"/>
    public static LossValues<T> PairHinge<T>(T prediction, T target, int axis = Ranking.PairHingeAxis)
        where T : ITensor<T> => Ranking.pairHinge(axis, target, prediction);

    /// <inheritdoc cref="Ranking.pairZeroOne"/>
    public static LossValues<T> PairZeroOne<T>(T prediction, T target, int axis = Ranking.PairZeroOneAxis)
        where T : ITensor<T> => Ranking.pairZeroOne(axis, target, prediction);

    /// <inheritdoc cref="Ranking.pairQuantile"/>
    public static LossValues<T> PairQuantile<T>(
        T prediction,
        T target,
        double tau = Ranking.PairQuantileTau,
        bool squared = Ranking.PairQuantileSquared,
        int axis = Ranking.PairQuantileAxis
    )
        where T : ITensor<T> => Ranking.pairQuantile(tau, squared, axis, target, prediction);

    /// <summary>The squared error of pairs: how far the differences of scores are from those of their targets.</summary>
    /// <param name="prediction">Scores: (…, L).</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="mask">1 for the items that there are and 0 for those that only fill a list up; all by default.</param>
    /// <param name="itemWeights">What each item weighs as the first of its pairs; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A mask has another number than 0 and 1.</exception>
    /// <remarks>Σᵢⱼ wᵢ ((sᵢ − sⱼ) − (tᵢ − tⱼ))² over all ordered pairs of a list; a mean divides by how many they are. Source: rax.pairwise_mse_loss (2023).</remarks>
    public static LossValues<T> PairMSE<T>(T prediction, T target, Weights? mask = null, Weights? itemWeights = null)
        where T : ITensor<T> => Ranking.pairMSE(ListOptions.Given(mask, itemWeights), target, prediction);

    /// <summary>What the pairs of a list weigh: by their targets, or by how much it matters which of them is above the other.</summary>
    /// <param name="options">The weighting, and the items that there are.</param>
    /// <param name="prediction">Scores: (…, L).</param>
    /// <param name="target">How relevant each is; the shape of <paramref name="prediction"/>.</param>
    /// <returns>(…, L, L), a constant: of each first and each second.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static T PairWeights<T>(T prediction, T target, PairOptions options)
        where T : ITensor<T> => FSharp.WeightedPairs.pairWeights(options, target, prediction);

    /// <summary>RankNet's loss of weighted pairs: LambdaRank, NDCG-Loss2 and NDCG-Loss2++, and RankNet of lists that are filled up.</summary>
    /// <param name="prediction">Scores: (…, L).</param>
    /// <param name="target">How relevant each is; the shape of <paramref name="prediction"/>.</param>
    /// <param name="sigma">σ, how steep the logistic function of a difference is; finite, above 0.</param>
    /// <param name="mask">1 for the items that there are and 0 for those that only fill a list up; all by default.</param>
    /// <param name="itemWeights">What each item weighs as the first of its pairs; none by default.</param>
    /// <param name="weighting">What the pairs weigh; all the same by default.</param>
    /// <param name="normalized">Whether gains are divided by the DCG of the best order; false by default.</param>
    /// <param name="topN">How many items are shown; 0, which is all, by default.</param>
    /// <param name="mu">μ of NDCG-Loss2++; 10 by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">σ is not above 0 or not finite, or an option is outside its range.</exception>
    /// <remarks>Nats: for each list the sum over its pairs; a mean divides by how many they are. Source: Burges, MSR-TR-2010-82 (2010); Wang et al., CIKM 2018.</remarks>
    public static LossValues<T> LambdaLoss<T>(
        T prediction,
        T target,
        double sigma = Ranking.LambdaLossSigma,
        Weights? mask = null,
        Weights? itemWeights = null,
        PairWeighting? weighting = null,
        bool? normalized = null,
        int? topN = null,
        double? mu = null
    )
        where T : ITensor<T> =>
        Ranking.lambdaLoss(sigma, PairOptions.Given(mask, itemWeights, weighting, normalized, topN, mu), target, prediction);

    /// <summary>The loss that a definition makes of the weighted pairs of lists, some of which are filled up.</summary>
    /// <param name="prediction">Scores: (…, L).</param>
    /// <param name="target">How relevant each is; the shape of <paramref name="prediction"/>.</param>
    /// <param name="loss">What a pair adds, and which pairs count.</param>
    /// <param name="mask">1 for the items that there are and 0 for those that only fill a list up; all by default.</param>
    /// <param name="itemWeights">What each item weighs as the first of its pairs; none by default.</param>
    /// <param name="weighting">What the pairs weigh; all the same by default.</param>
    /// <param name="normalized">Whether gains are divided by the DCG of the best order; false by default.</param>
    /// <param name="topN">How many items are shown; 0, which is all, by default.</param>
    /// <param name="mu">μ of NDCG-Loss2++; 10 by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>For each list the sum over its pairs; a mean divides by how many they are. Source: Wang et al., The LambdaLoss framework, CIKM 2018.</remarks>
    public static LossValues<T> WeightedPairs<L, T>(
        T prediction,
        T target,
        L loss,
        Weights? mask = null,
        Weights? itemWeights = null,
        PairWeighting? weighting = null,
        bool? normalized = null,
        int? topN = null,
        double? mu = null
    )
        where L : struct, IPairs
        where T : ITensor<T> =>
        FSharp.WeightedPairs.weightedPairs(loss, PairOptions.Given(mask, itemWeights, weighting, normalized, topN, mu), target, prediction);

    /// <summary>ListNet's loss: the cross-entropy of a softmax over a list with how relevant its items are.</summary>
    /// <param name="prediction">Scores: (…, L).</param>
    /// <param name="target">How relevant each is, at least 0; they need not sum to 1. The shape of <paramref name="prediction"/>.</param>
    /// <param name="mask">1 for the items that there are and 0 for those that only fill a list up; all by default.</param>
    /// <param name="itemWeights">What each item weighs; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A mask has another number than 0 and 1.</exception>
    /// <remarks>−Σ w t log softmax(s), in nats. Source: Cao et al., ICML 2007; rax.softmax_loss (2023).</remarks>
    public static LossValues<T> ListNet<T>(T prediction, T target, Weights? mask = null, Weights? itemWeights = null)
        where T : ITensor<T> => Ranking.listNet(ListOptions.Given(mask, itemWeights), target, prediction);

    /// <summary>ListNet's loss with the first term of its series in 1 − p counting more.</summary>
    /// <param name="prediction">Scores: (…, L).</param>
    /// <param name="target">How relevant each is, at least 0; they need not sum to 1. The shape of <paramref name="prediction"/>.</param>
    /// <param name="epsilon">ε, finite: how much more.</param>
    /// <param name="mask">1 for the items that there are and 0 for those that only fill a list up; all by default.</param>
    /// <param name="itemWeights">What each item weighs; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">ε is not finite, or a mask has another number than 0 and 1.</exception>
    /// <remarks>−Σ w t log p + ε Σ q (1 − p), in nats, q being the targets over their sum. Source: Leng et al., ICLR 2022; rax.poly1_softmax_loss (2023).</remarks>
    public static LossValues<T> Poly1ListNet<T>(
        T prediction,
        T target,
        double epsilon = Ranking.Poly1ListNetEpsilon,
        Weights? mask = null,
        Weights? itemWeights = null
    )
        where T : ITensor<T> => Ranking.poly1ListNet(epsilon, ListOptions.Given(mask, itemWeights), target, prediction);

    /// <summary>The unique softmax: of each item a cross-entropy among itself and the less relevant ones, so that no relevant item competes with another.</summary>
    /// <param name="prediction">Scores: (…, L).</param>
    /// <param name="target">How relevant each is; the shape of <paramref name="prediction"/>.</param>
    /// <param name="mask">1 for the items that there are and 0 for those that only fill a list up; all by default.</param>
    /// <param name="itemWeights">What each item weighs; none by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A mask has another number than 0 and 1.</exception>
    /// <remarks>Σᵢ wᵢ (2^tᵢ − 1) log(1 + Σ_{tⱼ &lt; tᵢ} exp(sⱼ − sᵢ)), in nats. Source: Zhu and Klabjan, WSDM 2020; rax.unique_softmax_loss (2023).</remarks>
    public static LossValues<T> UniqueSoftmax<T>(T prediction, T target, Weights? mask = null, Weights? itemWeights = null)
        where T : ITensor<T> => Ranking.uniqueSoftmax(ListOptions.Given(mask, itemWeights), target, prediction);

    /// <summary>ListMLE: the likelihood of the order of relevance, where each place is filled by a softmax over the items that are left.</summary>
    /// <param name="prediction">Scores: (…, L).</param>
    /// <param name="target">How relevant each is, row-major: one number for each score.</param>
    /// <param name="ties">What becomes of equal relevances; they keep their order by default.</param>
    /// <param name="mask">1 for the items that there are and 0 for those that only fill a list up; all by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A relevance is NaN, or a mask has another number than 0 and 1; it says which.</exception>
    /// <remarks>Σ_k (log Σ_{l ≥ k} exp s_l − s_k) in the order of falling relevance, in nats. Source: Xia et al., ICML 2008; rax.listmle_loss (2023).</remarks>
    public static LossValues<T> ListMLE<T>(T prediction, double[] target, Ties ties = Ranking.ListMLETies, Weights? mask = null)
        where T : ITensor<T> => Ranking.listMLE(ties, mask ?? Weights.None, target, prediction);

    /// <summary>A metric of ranking with smooth ranks, negated: ApproxNDCG and its relatives, or a bound of them.</summary>
    /// <param name="prediction">Scores: (…, L).</param>
    /// <param name="target">How relevant each is, at least 0; the shape of <paramref name="prediction"/>.</param>
    /// <param name="metric">Which; NDCG by default.</param>
    /// <param name="step">An approximation or a bound; the sigmoid's approximation by default.</param>
    /// <param name="temperature">Of the sigmoid: how far apart scores are told apart; 1 by default.</param>
    /// <param name="topN">How many items are shown; 0, which is all, by default.</param>
    /// <param name="gain">What a relevance gains in DCG and NDCG; 2ʸ − 1 by default.</param>
    /// <param name="mask">1 for the items that there are and 0 for those that only fill a list up; all by default.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <remarks>Minus the metric, one for each list; 0 for one without a relevant item. Source: Qin, Liu and Li, Inf. Retr. 13 (2010) 375–397; rax.approx_t12n (2023).</remarks>
    public static LossValues<T> RankMetric<T>(
        T prediction,
        T target,
        RankMetric? metric = null,
        RankStep? step = null,
        double? temperature = null,
        int? topN = null,
        RankGain? gain = null,
        Weights? mask = null
    )
        where T : ITensor<T> =>
        Ranking.rankMetric(RankMetricOptions.Given(metric, step, temperature, topN, gain, mask), target, prediction);
}
