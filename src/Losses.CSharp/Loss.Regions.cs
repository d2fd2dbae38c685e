using Losses.FSharp;

namespace Losses.CSharp;

public static partial class Loss
{
    /// <summary>A loss of one's own that is made of sums: a struct with the terms of an element and what the loss is of their sums; kernel and gradient follow from it.</summary>
    /// <param name="prediction">Any shape.</param>
    /// <param name="target">The shape of <paramref name="prediction"/>.</param>
    /// <param name="loss">The definition.</param>
    /// <param name="axes">The axes that are summed; a negative one counts from the last.</param>
    /// <returns>One value for each place along the other axes.</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public static LossValues<T> Sums<L, T>(T prediction, T target, L loss, params int[] axes)
        where L : struct, ISums
        where T : ITensor<T> => FSharp.Sums.sums(loss, axes, target, prediction);

    /// <summary>Dice loss: the part of two regions that they do not share, 1 less their F₁ score.</summary>
    /// <param name="prediction">Probabilities, or logits with an activation: (N, C) or (N, C, d₁, …).</param>
    /// <param name="target">Of each class, in [0, 1]; the shape of <paramref name="prediction"/>.</param>
    /// <param name="activation">What is made of the prediction before it is compared; nothing by default.</param>
    /// <param name="over">What belongs to one region: by default the places of one sample and class.</param>
    /// <param name="squared">Whether the sums below are those of squares; not by default.</param>
    /// <param name="smooth">s, added above and below; 10⁻⁵ by default.</param>
    /// <param name="includeBackground">Whether the first class counts; it does by default.</param>
    /// <param name="mask">What each place weighs in every sum; 0 leaves it out. None by default.</param>
    /// <param name="classAxis">The class axis; 1 by default.</param>
    /// <returns>From 0 to 1, a value for each region: (N, C), (C) or (N).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target or a probability is outside [0, 1]; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>1 − (2 Σ p t + s) / (Σ p + Σ t + s), of squares below where asked for. Source: Milletari, Navab and Ahmadi (2016); monai.losses.DiceLoss (1.5, 2025).</remarks>
    public static LossValues<T> Dice<T>(
        T prediction,
        T target,
        RegionActivation? activation = null,
        RegionScope? over = null,
        bool? squared = null,
        double? smooth = null,
        bool? includeBackground = null,
        Weights? mask = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Regions.dice(RegionOptions.Given(activation, over, squared, smooth, includeBackground, mask, null, classAxis), target, prediction);

    /// <summary>Jaccard loss: 1 less the intersection of two regions over their union.</summary>
    /// <param name="prediction">Probabilities, or logits with an activation: (N, C) or (N, C, d₁, …).</param>
    /// <param name="target">Of each class, in [0, 1]; the shape of <paramref name="prediction"/>.</param>
    /// <param name="activation">What is made of the prediction before it is compared; nothing by default.</param>
    /// <param name="over">What belongs to one region: by default the places of one sample and class.</param>
    /// <param name="squared">Whether the sums below are those of squares; not by default.</param>
    /// <param name="smooth">s, added above and below; 10⁻⁵ by default.</param>
    /// <param name="includeBackground">Whether the first class counts; it does by default.</param>
    /// <param name="mask">What each place weighs in every sum; 0 leaves it out. None by default.</param>
    /// <param name="classAxis">The class axis; 1 by default.</param>
    /// <returns>From 0 to 1, a value for each region: (N, C), (C) or (N).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target or a probability is outside [0, 1]; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>1 − (Σ p t + s) / (Σ p + Σ t − Σ p t + s), of squares where asked for. Source: monai.losses.DiceLoss (1.5, 2025), its jaccard.</remarks>
    public static LossValues<T> Jaccard<T>(
        T prediction,
        T target,
        RegionActivation? activation = null,
        RegionScope? over = null,
        bool? squared = null,
        double? smooth = null,
        bool? includeBackground = null,
        Weights? mask = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Regions.jaccard(
            RegionOptions.Given(activation, over, squared, smooth, includeBackground, mask, null, classAxis),
            target,
            prediction
        );

    /// <summary>Tversky loss: Dice with a weight for false positives and another for false negatives; with an exponent, focal Tversky.</summary>
    /// <param name="prediction">Probabilities, or logits with an activation: (N, C) or (N, C, d₁, …).</param>
    /// <param name="target">Of each class, in [0, 1]; the shape of <paramref name="prediction"/>.</param>
    /// <param name="alpha">α, what a false positive weighs; finite, at least 0; ½ by default.</param>
    /// <param name="beta">β, what a false negative weighs; finite, at least 0; ½ by default.</param>
    /// <param name="gamma">γ, an exponent; finite, above 0.</param>
    /// <param name="activation">What is made of the prediction before it is compared; nothing by default.</param>
    /// <param name="over">What belongs to one region: by default the places of one sample and class.</param>
    /// <param name="smooth">s, added above and below; 10⁻⁵ by default.</param>
    /// <param name="includeBackground">Whether the first class counts; it does by default.</param>
    /// <param name="mask">What each place weighs in every sum; 0 leaves it out. None by default.</param>
    /// <param name="classAxis">The class axis; 1 by default.</param>
    /// <returns>From 0 to 1, a value for each region: (N, C), (C) or (N).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target or a probability is outside [0, 1]; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>(1 − (I + s) / (I + α Σ p (1 − t) + β Σ (1 − p) t + s))ᵞ with I = Σ p t. Source: Salehi, Erdogmus and Gholipour (2017); Abraham and Khan (2019).</remarks>
    public static LossValues<T> Tversky<T>(
        T prediction,
        T target,
        double alpha = Regions.TverskyAlpha,
        double beta = Regions.TverskyBeta,
        double gamma = Regions.TverskyGamma,
        RegionActivation? activation = null,
        RegionScope? over = null,
        double? smooth = null,
        bool? includeBackground = null,
        Weights? mask = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Regions.tversky(
            RegionOptions.Given(activation, over, null, smooth, includeBackground, mask, null, classAxis),
            alpha,
            beta,
            gamma,
            target,
            prediction
        );

    /// <summary>Dice loss of class labels: the part of two regions that they do not share, 1 less their F₁ score.</summary>
    /// <param name="prediction">Probabilities, or logits with an activation: (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices; the shape of <paramref name="prediction"/> without the class axis.</param>
    /// <param name="activation">What is made of the prediction before it is compared; nothing by default.</param>
    /// <param name="over">What belongs to one region: by default the places of one sample and class.</param>
    /// <param name="squared">Whether the sums below are those of squares; not by default.</param>
    /// <param name="smooth">s, added above and below; 10⁻⁵ by default.</param>
    /// <param name="includeBackground">Whether the first class counts; it does by default.</param>
    /// <param name="mask">What each place weighs in every sum; 0 leaves it out. None by default.</param>
    /// <param name="ignoreIndex">The label that marks a place to leave out; −100 by default.</param>
    /// <param name="classAxis">The class axis; 1 by default.</param>
    /// <returns>From 0 to 1, a value for each region: (N, C), (C) or (N).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>1 − (2 Σ p t + s) / (Σ p + Σ t + s), of squares below where asked for. Source: Milletari, Navab and Ahmadi (2016); monai.losses.DiceLoss (1.5, 2025).</remarks>
    public static LossValues<T> Dice<T>(
        T prediction,
        Labels labels,
        RegionActivation? activation = null,
        RegionScope? over = null,
        bool? squared = null,
        double? smooth = null,
        bool? includeBackground = null,
        Weights? mask = null,
        int? ignoreIndex = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Regions.diceWithLabels(
            RegionOptions.Given(activation, over, squared, smooth, includeBackground, mask, ignoreIndex, classAxis),
            labels,
            prediction
        );

    /// <summary>Jaccard loss of class labels: 1 less the intersection of two regions over their union.</summary>
    /// <param name="prediction">Probabilities, or logits with an activation: (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices; the shape of <paramref name="prediction"/> without the class axis.</param>
    /// <param name="activation">What is made of the prediction before it is compared; nothing by default.</param>
    /// <param name="over">What belongs to one region: by default the places of one sample and class.</param>
    /// <param name="squared">Whether the sums below are those of squares; not by default.</param>
    /// <param name="smooth">s, added above and below; 10⁻⁵ by default.</param>
    /// <param name="includeBackground">Whether the first class counts; it does by default.</param>
    /// <param name="mask">What each place weighs in every sum; 0 leaves it out. None by default.</param>
    /// <param name="ignoreIndex">The label that marks a place to leave out; −100 by default.</param>
    /// <param name="classAxis">The class axis; 1 by default.</param>
    /// <returns>From 0 to 1, a value for each region: (N, C), (C) or (N).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>1 − (Σ p t + s) / (Σ p + Σ t − Σ p t + s), of squares where asked for. Source: monai.losses.DiceLoss (1.5, 2025), its jaccard.</remarks>
    public static LossValues<T> Jaccard<T>(
        T prediction,
        Labels labels,
        RegionActivation? activation = null,
        RegionScope? over = null,
        bool? squared = null,
        double? smooth = null,
        bool? includeBackground = null,
        Weights? mask = null,
        int? ignoreIndex = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Regions.jaccardWithLabels(
            RegionOptions.Given(activation, over, squared, smooth, includeBackground, mask, ignoreIndex, classAxis),
            labels,
            prediction
        );

    /// <summary>Tversky loss of class labels: Dice with a weight for false positives and another for false negatives; with an exponent, focal Tversky.</summary>
    /// <param name="prediction">Probabilities, or logits with an activation: (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices; the shape of <paramref name="prediction"/> without the class axis.</param>
    /// <param name="alpha">α, what a false positive weighs; finite, at least 0; ½ by default.</param>
    /// <param name="beta">β, what a false negative weighs; finite, at least 0; ½ by default.</param>
    /// <param name="gamma">γ, an exponent; finite, above 0.</param>
    /// <param name="activation">What is made of the prediction before it is compared; nothing by default.</param>
    /// <param name="over">What belongs to one region: by default the places of one sample and class.</param>
    /// <param name="smooth">s, added above and below; 10⁻⁵ by default.</param>
    /// <param name="includeBackground">Whether the first class counts; it does by default.</param>
    /// <param name="mask">What each place weighs in every sum; 0 leaves it out. None by default.</param>
    /// <param name="ignoreIndex">The label that marks a place to leave out; −100 by default.</param>
    /// <param name="classAxis">The class axis; 1 by default.</param>
    /// <returns>From 0 to 1, a value for each region: (N, C), (C) or (N).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>(1 − (I + s) / (I + α Σ p (1 − t) + β Σ (1 − p) t + s))ᵞ with I = Σ p t. Source: Salehi, Erdogmus and Gholipour (2017); Abraham and Khan (2019).</remarks>
    public static LossValues<T> Tversky<T>(
        T prediction,
        Labels labels,
        double alpha = Regions.TverskyAlpha,
        double beta = Regions.TverskyBeta,
        double gamma = Regions.TverskyGamma,
        RegionActivation? activation = null,
        RegionScope? over = null,
        double? smooth = null,
        bool? includeBackground = null,
        Weights? mask = null,
        int? ignoreIndex = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Regions.tverskyWithLabels(
            RegionOptions.Given(activation, over, null, smooth, includeBackground, mask, ignoreIndex, classAxis),
            alpha,
            beta,
            gamma,
            labels,
            prediction
        );

    /// <summary>Matthews's loss: 1 less the correlation of prediction and target, which counts what both reject as well.</summary>
    /// <param name="prediction">Probabilities, or logits with an activation: (N, C) or (N, C, d₁, …).</param>
    /// <param name="target">Of each class, in [0, 1]; the shape of <paramref name="prediction"/>.</param>
    /// <param name="activation">What is made of the prediction before it is compared; nothing by default.</param>
    /// <param name="over">What belongs to one region: by default the places of one sample and class.</param>
    /// <param name="smooth">ε, added above and below; 10⁻⁵ by default.</param>
    /// <param name="includeBackground">Whether the first class counts; it does by default.</param>
    /// <param name="mask">What each place weighs in every sum; 0 leaves it out. None by default.</param>
    /// <param name="classAxis">The class axis; 1 by default.</param>
    /// <returns>From 0 to 2, a value for each region: (N, C), (C) or (N).</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target or a probability is outside [0, 1]; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>1 − (TP TN − FP FN + ε) / (√((TP + FP)(TP + FN)(TN + FP)(TN + FN)) + ε). Source: Matthews (1975); Abhishek and Hamarneh (2021).</remarks>
    public static LossValues<T> Matthews<T>(
        T prediction,
        T target,
        RegionActivation? activation = null,
        RegionScope? over = null,
        double? smooth = null,
        bool? includeBackground = null,
        Weights? mask = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Regions.matthews(RegionOptions.Given(activation, over, null, smooth, includeBackground, mask, null, classAxis), target, prediction);

    /// <summary>Generalised Dice loss: the Dice loss of all classes of a sample together, a small class counting as much as a large one.</summary>
    /// <param name="prediction">Probabilities, or logits with an activation: (N, C) or (N, C, d₁, …).</param>
    /// <param name="target">Of each class, in [0, 1]; the shape of <paramref name="prediction"/>.</param>
    /// <param name="weight">What a class counts: by default the inverse square of its volume in the target.</param>
    /// <param name="activation">What is made of the prediction before it is compared; nothing by default.</param>
    /// <param name="over">What belongs to one region: by default the places of one sample and class.</param>
    /// <param name="smooth">s, added above and below; 10⁻⁵ by default.</param>
    /// <param name="includeBackground">Whether the first class counts; it does by default.</param>
    /// <param name="mask">What each place weighs in every sum; 0 leaves it out. None by default.</param>
    /// <param name="classAxis">The class axis; 1 by default.</param>
    /// <returns>From 0 to 1, a value for each sample: (N), or one where regions are those of the batch.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target or a probability is outside [0, 1]; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>1 − (2 Σ w I + s) / (Σ w (P + T) + s) over the classes, with w = 1/T², 1/T or 1. Source: Sudre et al. (2017); monai.losses.GeneralizedDiceLoss (1.5, 2025).</remarks>
    public static LossValues<T> GeneralizedDice<T>(
        T prediction,
        T target,
        RegionWeight weight = Regions.GeneralizedDiceWeight,
        RegionActivation? activation = null,
        RegionScope? over = null,
        double? smooth = null,
        bool? includeBackground = null,
        Weights? mask = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Regions.generalizedDice(
            RegionOptions.Given(activation, over, null, smooth, includeBackground, mask, null, classAxis),
            weight,
            target,
            prediction
        );

    /// <summary>Generalised Dice loss of class labels: the Dice loss of all classes of a sample together, a small class counting as much as a large one.</summary>
    /// <param name="prediction">Probabilities, or logits with an activation: (N, C) or (N, C, d₁, …).</param>
    /// <param name="labels">Class indices; the shape of <paramref name="prediction"/> without the class axis.</param>
    /// <param name="weight">What a class counts: by default the inverse square of its volume in the target.</param>
    /// <param name="activation">What is made of the prediction before it is compared; nothing by default.</param>
    /// <param name="over">What belongs to one region: by default the places of one sample and class.</param>
    /// <param name="smooth">s, added above and below; 10⁻⁵ by default.</param>
    /// <param name="includeBackground">Whether the first class counts; it does by default.</param>
    /// <param name="mask">What each place weighs in every sum; 0 leaves it out. None by default.</param>
    /// <param name="ignoreIndex">The label that marks a place to leave out; −100 by default.</param>
    /// <param name="classAxis">The class axis; 1 by default.</param>
    /// <returns>From 0 to 1, a value for each sample: (N), or one where regions are those of the batch.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or an option is outside its range.</exception>
    /// <remarks>1 − (2 Σ w I + s) / (Σ w (P + T) + s) over the classes, with w = 1/T², 1/T or 1. Source: Sudre et al. (2017); monai.losses.GeneralizedDiceLoss (1.5, 2025).</remarks>
    public static LossValues<T> GeneralizedDice<T>(
        T prediction,
        Labels labels,
        RegionWeight weight = Regions.GeneralizedDiceWeight,
        RegionActivation? activation = null,
        RegionScope? over = null,
        double? smooth = null,
        bool? includeBackground = null,
        Weights? mask = null,
        int? ignoreIndex = null,
        int? classAxis = null
    )
        where T : ITensor<T> =>
        Regions.generalizedDiceWithLabels(
            RegionOptions.Given(activation, over, null, smooth, includeBackground, mask, ignoreIndex, classAxis),
            weight,
            labels,
            prediction
        );
}
