namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.Notation
open Losses.FSharp.TensorNotation

/// <summary>The options of <c>vicReg</c>.</summary>
[<NoComparison; NoEquality>]
type VICRegOptions =
    {
        /// What the squared distance of the views counts; finite, at least 0.
        Invariance: float
        /// What a lack of spread counts; finite, at least 0.
        Variance: float
        /// What covariances of different features count; finite, at least 0.
        Covariance: float
        /// The least standard deviation that lacks nothing; finite, at least 0.
        Gamma: float
        /// ε, added to a variance before its root; finite, at least 0.
        Eps: float
    }

    /// 25, 25, 1, a standard deviation of 1, 10⁻⁴ (those of the paper).
    static member Default = { Invariance = 25.0; Variance = 25.0; Covariance = 1.0; Gamma = 1.0; Eps = 1e-4 }

    static member internal Given
        (invariance: Nullable<float>, variance: Nullable<float>, covariance: Nullable<float>, gamma: Nullable<float>, eps: Nullable<float>)
        =
        let options = VICRegOptions.Default

        {
            Invariance = invariance.GetValueOrDefault options.Invariance
            Variance = variance.GetValueOrDefault options.Variance
            Covariance = covariance.GetValueOrDefault options.Covariance
            Gamma = gamma.GetValueOrDefault options.Gamma
            Eps = eps.GetValueOrDefault options.Eps
        }

/// Losses of the views of a batch: what is learned without labels.
[<AutoOpen>]
module SelfSupervision =

    /// lambda of <c>barlowTwins</c> where none is given.
    [<Literal>]
    let BarlowTwinsLambda = 0.005

    /// unbiased of <c>barlowTwins</c> where none is given.
    [<Literal>]
    let BarlowTwinsUnbiased = false

    /// eps of <c>barlowTwins</c> where none is given.
    [<Literal>]
    let BarlowTwinsEps = 0.0

    /// normalized of <c>sigLip</c> where none is given.
    [<Literal>]
    let SigLIPNormalized = true

    /// byView of <c>decoupledContrastive</c> where none is given.
    [<Literal>]
    let DecoupledContrastiveByView = false

    /// sigma of <c>decoupledContrastive</c> where none is given: pairs count the same.
    [<Literal>]
    let DecoupledContrastiveSigma = Double.PositiveInfinity

    /// temperature of <c>decoupledContrastive</c> where none is given.
    [<Literal>]
    let DecoupledContrastiveTemperature = 0.1

    /// temperature of <c>swav</c> where none is given.
    [<Literal>]
    let SwAVTemperature = 0.1

    /// temperature of <c>sinkhornCodes</c> where none is given.
    [<Literal>]
    let SinkhornCodesTemperature = 0.05

    /// iterations of <c>sinkhornCodes</c> where none is given.
    [<Literal>]
    let SinkhornCodesIterations = 3

    /// teacherTemperature of <c>dino</c> where none is given.
    [<Literal>]
    let DINOTeacherTemperature = 0.04

    /// studentTemperature of <c>dino</c> where none is given.
    [<Literal>]
    let DINOStudentTemperature = 0.1

    // Two views of N samples, N above 0, each of D features, D above 0.
    let private checkViews (view2: 'T) (view1: 'T) : unit when 'T :> ITensor<'T> =
        checkTwo (nameof view2) view2 (nameof view1) view1

        if view1.Shape.Rank <> 2 then
            raise (ArgumentException($"view1 has shape {view1.Shape}; it must be a matrix.", nameof view1))

        Check.notEmptyAxis (nameof view1) view1.Shape 0 "samples"
        Check.notEmptyAxis (nameof view1) view1.Shape 1 "features"

    /// Σ (aᵀ b)² over all places off the diagonal, some rows of the product at a time.
    let private offDiagonal (a: 'T) (b: 'T) : 'T :> ITensor<'T> =
        let n, d = a.Shape[0], a.Shape[1]

        let part struct (start, count) =
            let values (x: 'T[]) : 'T =
                let product = 'T.MatMul('T.Permute(x[0], ReadOnlySpan [| 1; 0 |]), x[1])
                let others = Indices.matrix count d (fun i j -> if Operators.(+) start i = j then 0.0 else 1.0)
                let product = 'T.Create(x[0], ReadOnlySpan others, product.Shape) * product
                sumAll (product * product)

            'T.Recompute(Func<'T[], 'T> values, [| 'T.Slice(a, 1, start, count); b |])

        Indices.parts d [| Math.Max(n, d) |] |> Array.map part |> Array.reduce (fun a b -> a + b)

    /// <summary>Barlow Twins: the features of two views of a batch are to agree each with itself, and not with each other.</summary>
    /// <param name="lambda">λ, what a correlation of different features counts; finite, at least 0.</param>
    /// <param name="unbiased">Whether a variance divides by N − 1 instead of N; a correlation divides by N in any case.</param>
    /// <param name="eps">ε, added to a variance before its root; finite, at least 0.</param>
    /// <param name="view2">The embeddings of one view: (N, D).</param>
    /// <param name="view1">The embeddings of the other, sample by sample; the shape of <paramref name="view2"/>.</param>
    /// <returns>One value, without unit, at least 0.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no samples or features.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="lambda"/> or <paramref name="eps"/> is negative or not finite.</exception>
    /// <remarks>Σᵢ (1 − Cᵢᵢ)² + λ Σᵢ≠ⱼ Cᵢⱼ², C = Z₁ᵀ Z₂ / N of standardised columns. A column without variance is one of zeros, of slope 0. Of C some rows are stored at a time.
    /// Source: Zbontar, Jing, Misra, LeCun and Deny (ICML 2021); lightly.loss.BarlowTwinsLoss (1.5, 2025), which is <paramref name="unbiased"/>.</remarks>
    let barlowTwins (lambda: float) (unbiased: bool) (eps: float) (view2: 'T) (view1: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNegative (nameof lambda) lambda
        Check.notNegative (nameof eps) eps
        checkViews view2 view1
        let n = float view1.Shape[0]
        let divisor = if unbiased then Math.Max(1.0, Operators.(-) n 1.0) else n

        // Columns of variance 1, and how far their mean square is below it: no term cancels.
        let standardised (x: 'T) : struct ('T * 'T) =
            let z = centred 0 x
            let variance = 'T.Sum(z * z, ReadOnlySpan [| 0 |], true) / num divisor
            let whole = variance + num eps
            let some = ifLess (num 0.0) whole whole (given whole (num 1.0))
            let inverse = ifLess (num 0.0) whole (num 1.0 / sqrt some) (num 0.0)
            let lack = ifLess (num 0.0) whole ((num (Operators.(-) 1.0 (divisor ./. n)) * variance + num eps) / some) (num 1.0)
            struct (z * expand z.Shape inverse, lack)

        let struct (z1, lack1) = standardised view1
        let struct (z2, lack2) = standardised view2
        let d = z1 - z2
        // 1 − C is ½ ‖z₁ − z₂‖² / N, and what both lack of length 1.
        let own = num 0.5 * ('T.Sum(d * d, ReadOnlySpan [| 0 |], true) / num n + lack1 + lack2)
        LossValues(whole (sumAll (own * own) + weigh (num (lambda ./. (n *. n))) (offDiagonal z1 z2)))

    /// <summary>VICReg: two views of a batch are to be near each other, each of its features to vary, and no two of them together.</summary>
    /// <param name="options">What each part counts, how much a feature is to vary, and ε.</param>
    /// <param name="view2">The embeddings of one view: (N, D).</param>
    /// <param name="view1">The embeddings of the other, sample by sample; the shape of <paramref name="view2"/>.</param>
    /// <returns>One value, at least 0.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or there are no samples or features.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">An option is negative or not finite.</exception>
    /// <remarks>λ mean (z₁ − z₂)² + μ ½ Σ over views of mean max(0, γ − √(var + ε)) + ν Σ over views of Σᵢ≠ⱼ cov² / D, over N − 1. Slope at the kink: 0. One sample has no
    /// variance. Of the covariances some rows are stored at a time. Source: Bardes, Ponce and LeCun (ICLR 2022); lightly.loss.VICRegLoss (1.5, 2025).</remarks>
    let vicReg (options: VICRegOptions) (view2: 'T) (view1: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.notNegative "invariance" options.Invariance
        Check.notNegative "variance" options.Variance
        Check.notNegative "covariance" options.Covariance
        Check.notNegative "gamma" options.Gamma
        Check.notNegative "eps" options.Eps
        checkViews view2 view1
        let n, d = view1.Shape[0], view1.Shape[1]
        let divisor = float (Math.Max(1, Operators.(-) n 1))
        let apart = view1 - view2
        let invariance = sumAll (apart * apart) / num (float n *. float d)

        let spread (z: 'T) : 'T =
            let deviation = sqrt (sumAlong 0 (z * z) / num divisor + num options.Eps)
            sumAll (hinge (num options.Gamma - deviation)) / num (float d)

        let z1, z2 = centred 0 view1, centred 0 view2

        let covariance (z: 'T) : 'T = offDiagonal z z / num (divisor *. divisor *. float d)

        let total =
            weigh (num options.Invariance) invariance
            + weigh (num (0.5 *. options.Variance)) (spread z1 + spread z2)
            + weigh (num options.Covariance) (covariance z1 + covariance z2)

        LossValues(whole total)

    // Matrices of as many rows, and one width.
    let private checkPairs (otherName: string) (other: 'T) (name: string) (x: 'T) : unit when 'T :> ITensor<'T> =
        checkTwo otherName other name x

        if x.Shape.Rank <> 2 then
            raise (ArgumentException($"{name} has shape {x.Shape}; it must be a matrix.", name))

        Check.notEmptyAxis name x.Shape 1 "features"

    // One number where the row is the column, another elsewhere; of the rows from one on.
    let private diagonal (start: int) (own: float) (other: float) (like: 'T) : 'T :> ITensor<'T> =
        let rows, columns = like.Shape[0], like.Shape[1]

        'T.Create(like, ReadOnlySpan(Indices.matrix rows columns (fun i j -> if Operators.(+) start i = j then own else other)), like.Shape)

    /// <summary>SigLIP's pairwise sigmoid loss: of each image and each text a yes or no whether they belong together, no softmax.</summary>
    /// <param name="normalized">Whether a similarity is the cosine, of vectors made as long as 1; else it is the dot product.</param>
    /// <param name="bias">b, one number, () or (1), at first −10: added to all logits; it may be learned.</param>
    /// <param name="logScale">The logarithm of what similarities are multiplied by, one number, () or (1), at first log 10; it may be learned.</param>
    /// <param name="texts">(N, D), whose row n belongs to the image of row n.</param>
    /// <param name="images">(N, D)</param>
    /// <returns>Nats, for each image those of all texts added up.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <remarks>Σ_m log(1 + exp(−z_nm s_nm)) with s_nm = e^logScale u_n·v_m + b, z 1 where n = m, else −1. A row of zeros has the similarity 0 to all, and no slope. Some rows
    /// of logits are stored at a time. Source: Zhai, Mustafa, Kolesnikov and Beyer (ICCV 2023).</remarks>
    let sigLip (normalized: bool) (bias: 'T) (logScale: 'T) (texts: 'T) (images: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof bias) bias
        Check.notNull (nameof logScale) logScale
        checkPairs (nameof texts) texts (nameof images) images

        let one (name: string) (x: 'T) : 'T =
            if x.Shape.Size <> 1 || x.Shape.Rank > 1 then
                raise (ArgumentException($"{name} has shape {x.Shape}; it must be one number.", name))

            reshape Shape.Scalar x

        let bias, scale = one (nameof bias) bias, exp (one (nameof logScale) logScale)
        let u, v = if normalized then unitRows images, unitRows texts else images, texts

        let values start (x: 'T[]) : 'T =
            let logits = productsOfRows x[1] x[0] * x[2] + x[3]
            // −z
            sumAlong 1 (softplus (diagonal start -1.0 1.0 logits * logits))

        if images.Shape[0] = 0 then
            LossValues(sumAlong 1 images)
        else
            LossValues(whole (byRows [| images.Shape[0] |] values [| u |] [| v; scale; bias |]))

    /// <summary>Decoupled contrastive loss: as InfoNCE of two views, but the pair itself is not among what it is compared with, so that few negatives do.</summary>
    /// <param name="byView">Whether the negatives of each view are a sum of their own; else those of both are one.</param>
    /// <param name="sigma">σ, above 0: how much less a pair counts that is alike already; ∞ where all count the same.</param>
    /// <param name="temperature">τ, what cosines are divided by; finite, above 0.</param>
    /// <param name="view2">The embeddings of one view: (N, D).</param>
    /// <param name="view1">The embeddings of the other, sample by sample; the shape of <paramref name="view2"/>.</param>
    /// <returns>Nats, one for each sample: the mean of both views.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="temperature"/> is not finite or not above 0, or <paramref name="sigma"/> is not above 0.</exception>
    /// <remarks>−wᵢ s(uᵢ, oᵢ) + log Σ_j≠i (exp s(uᵢ, uⱼ) + exp s(uᵢ, oⱼ)), of u in either view and o in the other, s = cos / τ. w = 2 − N softmaxᵢ(cos(z₁, z₂) / σ) is held
    /// fixed. One sample alone has no negatives, and no such logarithm. Some rows of cosines are stored at a time. Source: Yeh, Hong, Hsu, Liu, Chen and LeCun
    /// (ECCV 2022); lightly.loss.DCLLoss and DCLWLoss (1.5, 2025).</remarks>
    let decoupledContrastive
        (byView: bool)
        (sigma: float)
        (temperature: float)
        (view2: 'T)
        (view1: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof temperature) temperature

        if not (sigma > 0.0) then
            Check.outOfRange (nameof sigma) sigma "above 0"

        checkPairs (nameof view2) view2 (nameof view1) view1
        let n = view1.Shape[0]

        if n = 0 then
            LossValues(sumAlong 1 view1)
        else
            let u, v = unitRows view1, unitRows view2
            let cosines = sumAlong 1 (u * v)

            let weights =
                if Double.IsPositiveInfinity sigma then
                    num 1.0
                else
                    detach (num 2.0 - num (float n) * 'T.Softmax(cosines / num sigma, 0))

            // Of rows of one view, given it and the other.
            let negatives start (x: 'T[]) : 'T =
                let others (y: 'T) : 'T =
                    let s = productsOfRows y x[0] / num temperature
                    s + diagonal start Double.NegativeInfinity 0.0 s

                let own, other = others x[1], others x[2]

                if byView then
                    'T.LogSumExp(own, 1) + 'T.LogSumExp(other, 1)
                else
                    'T.LogSumExp('T.Concatenate(ReadOnlySpan [| own; other |], 1), 1)

            let positive = weights * cosines / num temperature

            if n = 1 then
                LossValues(whole (-positive))
            else
                let width = Operators.(*) 2 n
                let both = byRows [| width |] negatives [| u |] [| u; v |] + byRows [| width |] negatives [| v |] [| v; u |]
                LossValues(whole (0.5 .* both - positive))

    // Cross-entropies of the scores of each view with the targets of the others, which are those of the first views, added up: (N, V); a mean divides by how many they are.
    // The sources have no slope; a NaN of theirs is in the value, and in its slopes.
    let private acrossViews (temperature: float) (sources: 'T) (targets: 'T) (scores: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let views, given', n, k = scores.Shape[0], targets.Shape[0], scores.Shape[1], scores.Shape[2]

        // Of each view the sum over the other views.
        let ofOthers (x: 'T) : 'T =
            let sum (x: 'T) : 'T = 'T.Sum(x, ReadOnlySpan [| 0 |], true)
            let all = sum x

            let others v : 'T =
                if v < given' then
                    let last = Operators.(-) (Operators.(-) given' v) 1
                    let before, after = 'T.Slice(x, 0, 0, v), 'T.Slice(x, 0, Operators.(+) v 1, last)
                    sum ('T.Concatenate(ReadOnlySpan [| before; after |], 0))
                else
                    all

            'T.Concatenate(ReadOnlySpan(Array.init views others), 0)

        let bySample (x: 'T) : 'T = 'T.Permute(x, ReadOnlySpan [| 1; 0; 2 |]) |> reshape (Shape [| Operators.(*) n views; k |])

        // Where one view alone is given targets, it has none of others, and its scores do not count.
        let scores =
            if given' > 1 then
                scores
            else
                let none = Shape [| 1; n; k |]
                let rest = 'T.Slice(scores, 0, 1, Operators.(-) views 1)
                'T.Concatenate(ReadOnlySpan [| 'T.Create(scores, ReadOnlySpan(Array.zeroCreate none.Size), none); rest |], 0)

        let values =
            crossEntropyWithProbabilities CrossEntropyOptions.Default (bySample (ofOthers targets)) (bySample scores / num temperature)

        let sizes = 'T.Permute(sumAlong 2 (abs sources) |> ofOthers, ReadOnlySpan [| 1; 0 |])
        let counts = Array.init views (fun v -> float (if v < given' then Operators.(-) given' 1 else given'))
        let shape = Shape [| n; views |]

        LossValues(
            reshape shape values.Unchecked |> given sizes |> whole,
            expand shape ('T.Create(scores, ReadOnlySpan counts, Shape [| 1; views |]))
        )

    let private checkViewsOf (givenName: string) (targets: 'T) (name: string) (scores: 'T) : unit when 'T :> ITensor<'T> =
        Check.notNull givenName targets
        Check.notNull name scores

        if scores.Shape.Rank <> 3 || scores.Shape[0] < 2 || scores.Shape[2] < 1 then
            raise (ArgumentException($"{name} has shape {scores.Shape}; it must be those of at least two views: (V, N, K).", name))

        let fits =
            targets.Shape.Rank = 3
            && targets.Shape.Without 0 = scores.Shape.Without 0
            && targets.Shape[0] >= 1
            && targets.Shape[0] <= scores.Shape[0]

        if not fits then
            raise (
                ArgumentException(
                    $"{givenName} has shape {targets.Shape} but {name} has shape {scores.Shape}; it must be those of the first of the views.",
                    givenName
                )
            )

    /// <summary>SwAV's codes: how samples are shared out among prototypes by their scores, each prototype to have as many.</summary>
    /// <param name="temperature">ε, what scores are divided by; finite, above 0.</param>
    /// <param name="iterations">How often prototypes and samples are made even in turn, from 1 to 10,000.</param>
    /// <param name="scores">Similarities of N samples to K prototypes: (N, K).</param>
    /// <returns>(N, K), constants: each row sums to 1, and each column nearly to N / K.</returns>
    /// <exception cref="T:System.ArgumentException"><paramref name="scores"/> is no matrix, or there are no prototypes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="temperature"/> is not finite or not above 0, or the iterations are not from 1 to 10,000.</exception>
    /// <remarks>Sinkhorn's iterations in logarithms, so that no exponential overflows. Source: Caron, Misra, Mairal, Goyal, Bojanowski and Joulin (NeurIPS 2020), whose ε and
    /// number of iterations are the defaults.</remarks>
    let sinkhornCodes (temperature: float) (iterations: int) (scores: 'T) : 'T :> ITensor<'T> =
        Check.positive (nameof temperature) temperature

        Check.within (nameof iterations) 1.0 10000.0 (float iterations)

        Check.notNull (nameof scores) scores

        if scores.Shape.Rank <> 2 then
            raise (ArgumentException($"scores has shape {scores.Shape}; it must be a matrix.", nameof scores))

        Check.notEmptyAxis (nameof scores) scores.Shape 1 "prototypes"

        if scores.Shape[0] = 0 then
            scores
        else
            let step (x: 'T) _ : 'T = 'T.LogSoftmax('T.LogSoftmax(x, 0), 1)
            let start = detach scores / num temperature
            exp (Seq.fold step start (seq { 1..iterations })) |> given (sumAll (abs scores)) |> whole

    /// <summary>SwAV: each view's scores are to predict the codes of the other views.</summary>
    /// <param name="temperature">τ, what scores are divided by; finite, above 0.</param>
    /// <param name="codes">Shares of the prototypes, at least 0, each row summing to 1, of the first G views; constants: (G, N, K).</param>
    /// <param name="scores">Similarities of N samples to K prototypes, in V views, at least two: (V, N, K).</param>
    /// <returns>Nats, for each sample and view those of all other views' codes added up: (N, V). A mean divides by the number of such pairs.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="temperature"/> is not finite or not above 0.</exception>
    /// <remarks>Σ over g ≠ v of −Σ_k c_gk log softmax(s_v / τ)_k. By the codes there is no slope. Convex in the scores. Source: Caron, Misra, Mairal, Goyal, Bojanowski
    /// and Joulin (NeurIPS 2020); lightly.loss.SwaVLoss (1.5, 2025).</remarks>
    let swav (temperature: float) (codes: 'T) (scores: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof temperature) temperature
        checkViewsOf (nameof codes) codes (nameof scores) scores
        acrossViews temperature codes (detach codes) scores

    /// <summary>DINO: a student is to predict of each view what its teacher makes of the other views.</summary>
    /// <param name="teacherTemperature">What the teacher's scores are divided by, less their centre; finite, above 0.</param>
    /// <param name="studentTemperature">What the student's scores are divided by; finite, above 0.</param>
    /// <param name="center">What is taken off the teacher's scores, a running mean of them: (K).</param>
    /// <param name="teacher">Scores of the first G views; constants: (G, N, K).</param>
    /// <param name="student">Scores of N samples in V views, at least two: (V, N, K).</param>
    /// <returns>Nats, for each sample and view of the student those of the teacher's other views added up: (N, V). A mean divides by the number of such pairs.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A temperature is not finite or not above 0.</exception>
    /// <remarks>Σ over g ≠ v of −Σ_k p_gk log softmax(s_v / τ)_k with p = softmax((t − c) / τ_t), which has no slope. Convex in the student's scores.
    /// Source: Caron, Touvron, Misra, Jégou, Mairal, Bojanowski and Joulin (ICCV 2021); lightly.loss.DINOLoss (1.5, 2025).</remarks>
    let dino
        (teacherTemperature: float)
        (studentTemperature: float)
        (center: 'T)
        (teacher: 'T)
        (student: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof teacherTemperature) teacherTemperature
        Check.positive (nameof studentTemperature) studentTemperature
        Check.notNull (nameof center) center
        checkViewsOf (nameof teacher) teacher (nameof student) student
        Check.shape (nameof center) center.Shape (Shape [| student.Shape[2] |]) (fun () -> $"student has shape {student.Shape}")
        let targets = 'T.Softmax((detach teacher - expand teacher.Shape (detach center)) / num teacherTemperature, 2)
        acrossViews studentTemperature (abs teacher + expand teacher.Shape (abs center)) targets student

    /// <summary>BYOL: how far the prediction of one view points from the projection of the other.</summary>
    /// <param name="target">The projections, which have no slope: (…, D).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>From 0 to 4, one for each row. Both directions are added.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or have no axis.</exception>
    /// <remarks>2 − 2 cos = ‖x/‖x‖ − t/‖t‖‖². With a row of zeros: 2, of slope 0. Source: Grill et al., Bootstrap your own latent (NeurIPS 2020).</remarks>
    let byol (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkTwo (nameof target) target (nameof prediction) prediction
        Check.vectorAxis (nameof prediction) prediction.Shape |> ignore
        LossValues(2.0 .* cosineDistance (detach target) prediction |> given (sumAlong -1 (abs target)) |> whole)

    /// <summary>SimSiam: the negated cosine between the prediction of one view and the projection of the other.</summary>
    /// <param name="target">The projections, which have no slope: (…, D).</param>
    /// <param name="prediction">The shape of <paramref name="target"/>.</param>
    /// <returns>From −1 to 1, one for each row. Both directions are averaged.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes differ, or have no axis.</exception>
    /// <remarks>−cos. With a row of zeros: 0, of slope 0. Source: Chen and He (CVPR 2021); lightly.loss.NegativeCosineSimilarity (1.5, 2025).</remarks>
    let simSiam (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkTwo (nameof target) target (nameof prediction) prediction
        Check.vectorAxis (nameof prediction) prediction.Shape |> ignore
        LossValues(-(cosineSimilarity -1 0.0 (detach target) prediction) |> given (sumAlong -1 (abs target)) |> whole)
