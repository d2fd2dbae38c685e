namespace Losses

/// <summary>What it costs to carry one point to another.</summary>
type TransportCost =
    /// <summary>Half of the squared distance.</summary>
    | HalfSquared = 0
    /// <summary>The squared distance.</summary>
    | Squared = 1

namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.Notation
open Losses.FSharp.TensorNotation

/// <summary>The options of <c>entropicTransport</c> and <c>sinkhornDivergence</c>.</summary>
[<NoComparison; ReferenceEquality>]
type TransportOptions =
    {
        /// ε, what the relative entropy of the plan counts, in units of the cost: finite, above 0.
        Epsilon: float
        /// How often the potentials of both sides are updated; from 1 to 10,000.
        Iterations: int
        /// What it costs to carry one point to another.
        Cost: TransportCost
        /// How much of the predicted points each is, (N): shares of their sum. None: all are the same.
        PredictionWeights: Weights
        /// How much of the target's points each is, (M): shares of their sum. None: all are the same.
        TargetWeights: Weights
    }

    /// ε 0.1, 100 iterations, half of the squared distance, all points the same.
    static member Default =
        {
            Epsilon = 0.1
            Iterations = 100
            Cost = TransportCost.HalfSquared
            PredictionWeights = Weights.None
            TargetWeights = Weights.None
        }

    static member internal Given
        (
            epsilon: Nullable<float>,
            iterations: Nullable<int>,
            cost: Nullable<TransportCost>,
            predictionWeights: Weights | null,
            targetWeights: Weights | null
        ) =
        let options = TransportOptions.Default

        let orNone (weights: Weights | null) = Option.ofObj weights |> Option.defaultValue Weights.None

        {
            Epsilon = epsilon.GetValueOrDefault options.Epsilon
            Iterations = iterations.GetValueOrDefault options.Iterations
            Cost = cost.GetValueOrDefault options.Cost
            PredictionWeights = orNone predictionWeights
            TargetWeights = orNone targetWeights
        }

/// Sums over the pairs of points, of which some are stored at a time.
module private PairSums =

    /// Rows of points from one on.
    let some (start: int) (count: int) (x: 'T) : 'T :> ITensor<'T> = 'T.Slice(x, 0, start, count)

    let private recomputed (f: 'T[] -> 'T) (x: 'T[]) : 'T :> ITensor<'T> = 'T.Recompute(Func<'T[], 'T> f, x)

    let private added (terms: 'T[]) : 'T :> ITensor<'T> = Array.reduce (fun a b -> a + b) terms

    /// Σ f over the distances of all points of one set to all of another.
    let across (f: 'T -> 'T) (y: 'T) (x: 'T) : 'T :> ITensor<'T> =
        let part struct (start, count) = recomputed (fun x -> sumAll (f (cdist 2.0 x[1] x[0]))) [| some start count x; y |]
        Indices.parts x.Shape[0] [| y.Shape[0] |] |> Array.map part |> added

    /// Σ f over the distances of all points of a set of at least two to each other, each pair once.
    let within (f: 'T -> 'T) (x: 'T) : 'T :> ITensor<'T> =
        let n = x.Shape[0]

        let part struct (start, count) =
            let next = Operators.(+) start count
            let own = some start count x

            [|
                if count > 1 then
                    recomputed (fun x -> sumAll (f (pdist 2.0 x[0]))) [| own |]
                if next < n then
                    recomputed (fun x -> sumAll (f (cdist 2.0 x[1] x[0]))) [| own; some next (Operators.(-) n next) x |]
            |]

        Indices.parts n [| n |] |> Array.collect part |> added

    /// For each sample the sums over all samples of f over the distances in x, of g over those in y, and of the product: (N, 3).
    let rows (f: 'T -> 'T) (g: 'T -> 'T) (y: 'T) (x: 'T) : 'T :> ITensor<'T> =
        let values _ (z: 'T[]) : 'T =
            let a, b = f (cdist 2.0 z[2] z[0]), g (cdist 2.0 z[3] z[1])
            let sum (z: 'T) : 'T = 'T.Sum(z, ReadOnlySpan [| 1 |], true)
            'T.Concatenate(ReadOnlySpan [| sum a; sum b; sum (a * b) |], 1)

        byRows [| x.Shape[0] |] values [| x; y |] [| x; y |]

    /// Σ (aᵀ b)² over all places, some rows of the product at a time.
    let product (a: 'T) (b: 'T) : 'T :> ITensor<'T> =
        let part struct (start, count) =
            let values (x: 'T[]) : 'T =
                let product = 'T.MatMul('T.Permute(x[0], ReadOnlySpan [| 1; 0 |]), x[1])
                sumAll (product * product)

            recomputed values [| 'T.Slice(a, 1, start, count); b |]

        Indices.parts a.Shape[1] [| b.Shape[1] |] |> Array.map part |> added

/// Distances between samples of distributions, and dependence of paired samples.
[<AutoOpen>]
module Transport =

    /// p of <c>wasserstein1d</c> where none is given.
    [<Literal>]
    let Wasserstein1dP = 1.0

    /// root of <c>wasserstein1d</c> where none is given.
    [<Literal>]
    let Wasserstein1dRoot = false

    /// p of <c>slicedWasserstein</c> where none is given.
    [<Literal>]
    let SlicedWassersteinP = 1.0

    /// root of <c>slicedWasserstein</c> where none is given.
    [<Literal>]
    let SlicedWassersteinRoot = false

    /// unbiased of <c>maximumMeanDiscrepancy</c> where none is given.
    [<Literal>]
    let MaximumMeanDiscrepancyUnbiased = false

    /// unbiased of <c>energyDistance</c> where none is given.
    [<Literal>]
    let EnergyDistanceUnbiased = false

    /// unbiased of <c>linearHsic</c> where none is given.
    [<Literal>]
    let LinearHSICUnbiased = false

    /// predictionSigma of <c>hsic</c> where none is given.
    [<Literal>]
    let HSICPredictionSigma = 1.0

    /// targetSigma of <c>hsic</c> where none is given.
    [<Literal>]
    let HSICTargetSigma = 1.0

    /// unbiased of <c>hsic</c> where none is given.
    [<Literal>]
    let HSICUnbiased = false

    let private checkMatrix (name: string) (least: int) (x: 'T) : unit when 'T :> ITensor<'T> =
        Check.notNull name x

        if x.Shape.Rank <> 2 || x.Shape[0] < least || x.Shape[1] < 1 then
            raise (ArgumentException($"{name} has shape {x.Shape}; it must be a matrix of at least {least} points.", name))

    // Two sets of points of one space.
    let private checkPoints (least: int) (target: 'T) (prediction: 'T) : unit when 'T :> ITensor<'T> =
        checkMatrix (nameof target) least target
        checkMatrix (nameof prediction) least prediction

        if target.Shape[1] <> prediction.Shape[1] then
            raise (
                ArgumentException(
                    $"target has shape {target.Shape} but prediction has shape {prediction.Shape}; they may differ in the number of points only.",
                    nameof target
                )
            )

    // As many points of two spaces.
    let private checkPaired (least: int) (target: 'T) (prediction: 'T) : unit when 'T :> ITensor<'T> =
        checkMatrix (nameof target) least target
        checkMatrix (nameof prediction) least prediction

        if target.Shape[0] <> prediction.Shape[0] then
            raise (
                ArgumentException(
                    $"target has shape {target.Shape} but prediction has shape {prediction.Shape}; they must be as many points.",
                    nameof target
                )
            )

    let private checkPower (p: float) =
        if not (p >= 1.0 && Double.IsFinite p) then
            Check.outOfRange (nameof p) p "finite and at least 1"

    let private rooted (root: bool) (p: float) (x: 'T) : 'T :> ITensor<'T> =
        if not root || p = 1.0 then x
        elif p = 2.0 then sqrt x
        else power (1.0 ./. p) x

    // ∫ |F⁻¹ − G⁻¹|ᵖ of rows of numbers, (B, N) and (B, M), to (B).
    let private quantiles (p: float) (target: 'T) (prediction: 'T) : 'T :> ITensor<'T> =
        let n, m, batch = prediction.Shape[1], target.Shape[1], prediction.Shape[0]
        let x, y = 'T.Sort(prediction, 1, false), 'T.Sort(target, 1, false)

        let size (d: 'T) : 'T =
            if p = 1.0 then abs d
            elif p = 2.0 then d * d
            else power p (abs d)

        if n = m then
            sumAlong 1 (size (x - y)) / num (float n)
        else
            // Both quantile functions are steps; in units of 1 / (n m) they change at whole numbers, m and n apart.
            let n', m' = int64 n, int64 m

            let rec steps (i: int64) (j: int64) (from: int64) (found: ResizeArray<struct (int * int * float)>) =
                if i < n' && j < m' then
                    let ends, ends' = Operators.(*) (Operators.(+) i 1L) m', Operators.(*) (Operators.(+) j 1L) n'
                    let until = Math.Min(ends, ends')
                    found.Add(struct (int i, int j, float (Operators.(-) until from) ./. (float n *. float m)))
                    steps (if ends = until then Operators.(+) i 1L else i) (if ends' = until then Operators.(+) j 1L else j) until found

            let found = ResizeArray()
            steps 0L 0L 0L found
            let found = found.ToArray()

            let gathered (place: struct (int * int * float) -> int) (x: 'T) : 'T =
                'T
                    .Gather(
                        x,
                        1,
                        Labels(ReadOnlySpan(Indices.matrix batch found.Length (fun _ k -> place found[k])), Shape [| batch; found.Length |])
                    )

            let d = gathered (fun struct (i, _, _) -> i) x - gathered (fun struct (_, j, _) -> j) y
            let lengths = found |> Array.map (fun struct (_, _, length) -> length)
            let lengths = 'T.Create(x, ReadOnlySpan lengths, Shape [| 1; found.Length |])
            sumAlong 1 (expand d.Shape lengths * size d)

    /// <summary>Wasserstein distance of samples on a line: how far what is predicted is to be carried to be the target.</summary>
    /// <param name="p">The power of a distance; finite, at least 1.</param>
    /// <param name="root">Whether the p-th root is taken.</param>
    /// <param name="target">M numbers, at least one, that count the same: (…, M).</param>
    /// <param name="prediction">N numbers, at least one, that count the same: (…, N), its other axes those of <paramref name="target"/>.</param>
    /// <returns>p-th power of the units of the target, or with <paramref name="root"/> those units; one for each row.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no numbers.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="p"/> is not finite or below 1.</exception>
    /// <remarks>∫₀¹ |F⁻¹(u) − G⁻¹(u)|ᵖ du; of as many numbers the mean of |x₍ᵢ₎ − t₍ᵢ₎|ᵖ, both sorted. Slope of equal numbers of both: 0 with p 1, and 0 of a root of 0.
    /// Source: Vallender, Theory Probab. Appl. 18 (1974) 784–786; scipy.stats.wasserstein_distance (1.16, 2025).</remarks>
    let wasserstein1d (p: float) (root: bool) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkPower p
        Check.notNull (nameof target) target
        Check.notNull (nameof prediction) prediction
        let axis = Check.vectorAxis (nameof prediction) prediction.Shape
        Check.vectorAxis (nameof target) target.Shape |> ignore

        if target.Shape.Rank <> prediction.Shape.Rank || target.Shape.Without -1 <> prediction.Shape.Without -1 then
            raise (
                ArgumentException(
                    $"target has shape {target.Shape} but prediction has shape {prediction.Shape}; they may differ in the last axis only.",
                    nameof target
                )
            )

        Check.notEmptyAxis (nameof target) target.Shape axis "numbers"
        Check.notEmptyAxis (nameof prediction) prediction.Shape axis "numbers"
        let lines = prediction.Shape.Without axis
        let flat (x: 'T) : 'T = reshape (Shape [| lines.Size; x.Shape[axis] |]) x
        LossValues(quantiles p (flat target) (flat prediction) |> reshape lines |> rooted root p |> whole)

    /// <summary>Sliced Wasserstein distance: the mean of that on a line, over given directions.</summary>
    /// <param name="p">The power of a distance; finite, at least 1.</param>
    /// <param name="root">Whether the p-th root of that mean is taken.</param>
    /// <param name="projections">K directions, at least one, used as they are: (K, D).</param>
    /// <param name="target">M points, at least one: (M, D).</param>
    /// <param name="prediction">N points, at least one: (N, D).</param>
    /// <returns>One value: p-th power of the units of the target, or with <paramref name="root"/> those units.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no points or directions.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="p"/> is not finite or below 1.</exception>
    /// <remarks>Mean over k of <c>wasserstein1d</c> of X θ_k and T θ_k. Source: Rabin, Peyré, Delon and Bernot (2011); ot.sliced_wasserstein_distance (POT 0.9, 2024), which
    /// takes the root.</remarks>
    let slicedWasserstein (p: float) (root: bool) (projections: 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkPower p
        checkMatrix (nameof projections) 1 projections
        checkPoints 1 target prediction

        Check.shape (nameof projections) projections.Shape (Shape [| projections.Shape[0]; prediction.Shape[1] |]) (fun () ->
            $"prediction has shape {prediction.Shape}")

        let lines (x: 'T) : 'T = productsOfRows x projections
        let mean = sumAll (quantiles p (lines target) (lines prediction)) / num (float projections.Shape[0])
        LossValues(mean |> rooted root p |> whole)

    // 2 E f(x, t) − E f(x, x′) − E f(t, t′), with f of a distance, 0 at 0.
    let private discrepancy (unbiased: bool) (f: 'T -> 'T) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkPoints (if unbiased then 2 else 1) target prediction
        let n, m = float prediction.Shape[0], float target.Shape[0]

        let within (n: float) (x: 'T) (rest: 'T) : 'T =
            if n = 1.0 then
                rest
            else
                rest - PairSums.within f x / num (0.5 *. n *. (if unbiased then Operators.(-) n 1.0 else n))

        let across = PairSums.across f target prediction / num (0.5 *. n *. m)
        LossValues(across |> within n prediction |> within m target |> whole)

    /// <summary>Maximum mean discrepancy, squared, of two samples: how far their means are apart in the space of a Gaussian kernel.</summary>
    /// <param name="sigmas">Widths of the kernels that are added up, at least one, in units of the target: each finite, above 0.</param>
    /// <param name="unbiased">Whether a point is not paired with itself; the result may then be negative.</param>
    /// <param name="target">M points, at least one, or two if it is unbiased: (M, D).</param>
    /// <param name="prediction">N points, as many at least: (N, D).</param>
    /// <returns>One value, without unit.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, there are too few points, or no widths.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A width is not finite or not above 0.</exception>
    /// <remarks>Mean k(x, x′) + mean k(t, t′) − 2 mean k(x, t) with k = Σ exp(−½ ‖u − v‖² / σ²), made of 1 − k, of which less cancels. Some pairs are stored at a time.
    /// Source: Gretton, Borgwardt, Rasch, Schölkopf and Smola, J. Mach. Learn. Res. 13 (2012) 723–773.</remarks>
    let maximumMeanDiscrepancy (sigmas: float[]) (unbiased: bool) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof sigmas) sigmas

        if sigmas.Length = 0 then
            raise (ArgumentException("sigmas is empty: there is no kernel.", nameof sigmas))

        Array.iter (Check.positive (nameof sigmas)) sigmas

        let lack (d: 'T) : 'T =
            let one (sigma: float) =
                let z = d / num sigma
                num 0.0 - expm1 (-0.5 .* (z * z))

            sigmas |> Array.map one |> Array.reduce (fun a b -> a + b)

        discrepancy unbiased lack target prediction

    /// <summary>Energy distance of two samples: by how much points of both are farther apart than points of one.</summary>
    /// <param name="unbiased">Whether a point is not paired with itself; the result may then be negative.</param>
    /// <param name="target">M points, at least one, or two if it is unbiased: (M, D).</param>
    /// <param name="prediction">N points, as many at least: (N, D).</param>
    /// <returns>One value, in units of the target.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are too few points.</exception>
    /// <remarks>2 mean ‖x − t‖ − mean ‖x − x′‖ − mean ‖t − t′‖. Slope of points at one place: 0. Some pairs are stored at a time.
    /// Source: Székely and Rizzo, J. Stat. Plan. Inference 143 (2013) 1249–1272; scipy.stats.energy_distance (1.16, 2025) is its root, on a line.</remarks>
    let energyDistance (unbiased: bool) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        discrepancy unbiased id target prediction

    // Of what a kernel lacks of its value at distance 0, or any number less it: nothing changes by what each sample adds to all its pairs.
    let private independence (unbiased: bool) (f: 'T -> 'T) (g: 'T -> 'T) (target: 'T) (prediction: 'T) : 'T :> ITensor<'T> =
        let n = float prediction.Shape[0]
        let rows = PairSums.rows f g target prediction
        let column k : 'T = 'T.Slice(rows, 1, k, 1)
        let both, first, second, each = sumAll (column 2), sumAll (column 0), sumAll (column 1), sumAll (column 0 * column 1)

        if unbiased then
            let n1, n2, n3 = Operators.(-) n 1.0, Operators.(-) n 2.0, Operators.(-) n 3.0
            (both + first * second / num (n1 *. n2) - each / num (0.5 *. n2)) / num (n *. n3)
        else
            let n1 = Operators.(-) n 1.0
            (both - each / num (0.5 *. n) + first * second / num (n *. n)) / num (n1 *. n1)

    // The least number of samples that an estimate needs.
    let private leastSamples (unbiased: bool) = if unbiased then 4 else 2

    /// <summary>Hilbert–Schmidt independence criterion with inner products: how much two features of the same samples vary together, linearly.</summary>
    /// <param name="unbiased">Whether the estimate is Song's unbiased one; it may then be negative.</param>
    /// <param name="target">(N, E): at least two samples, or four if it is unbiased.</param>
    /// <param name="prediction">(N, D)</param>
    /// <returns>One value, in squared units of both.</returns>
    /// <exception cref="T:System.ArgumentException">There are not as many samples of both, or too few.</exception>
    /// <remarks>tr(K H L H) / (N − 1)², H = I − 1/N: ‖Xᵀ T‖² of centred columns. Unbiased, with K and L without their diagonals:
    /// (tr(K L) + ΣK ΣL / ((N − 1)(N − 2)) − 2/(N − 2) Σᵢ Kᵢ. Lᵢ.) / (N (N − 3)). Source: Gretton, Bousquet, Smola and Schölkopf (ALT 2005); Song, Smola, Gretton, Bedo and
    /// Borgwardt, J. Mach. Learn. Res. 13 (2012) 1393–1434.</remarks>
    let linearHsic (unbiased: bool) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkPaired (leastSamples unbiased) target prediction
        let n1 = Operators.(-) (float prediction.Shape[0]) 1.0

        let value =
            if unbiased then
                // −½ ‖u − v‖² is the inner product, but for what either adds.
                let half (d: 'T) : 'T = 0.5 .* (d * d)
                independence true half half target prediction
            else
                PairSums.product (centred 0 target) (centred 0 prediction) / num (n1 *. n1)

        LossValues(whole value)

    /// <summary>Hilbert–Schmidt independence criterion with Gaussian kernels: how much two features of the same samples vary together, in any way.</summary>
    /// <param name="predictionSigma">The width of the prediction's kernel, in its units; finite, above 0.</param>
    /// <param name="targetSigma">The width of the target's kernel, in its units; finite, above 0.</param>
    /// <param name="unbiased">Whether the estimate is Song's unbiased one; it may then be negative.</param>
    /// <param name="target">(N, E): at least two samples, or four if it is unbiased.</param>
    /// <param name="prediction">(N, D)</param>
    /// <returns>One value, without unit.</returns>
    /// <exception cref="T:System.ArgumentException">There are not as many samples of both, or too few.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A width is not finite or not above 0.</exception>
    /// <remarks>As <c>linearHsic</c>, of k(u, v) = exp(−½ ‖u − v‖² / σ²). Some pairs are stored at a time. Source: Gretton, Bousquet, Smola and Schölkopf (ALT 2005); Song, Smola,
    /// Gretton, Bedo and Borgwardt, J. Mach. Learn. Res. 13 (2012) 1393–1434.</remarks>
    let hsic
        (predictionSigma: float)
        (targetSigma: float)
        (unbiased: bool)
        (target: 'T)
        (prediction: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.positive (nameof predictionSigma) predictionSigma
        Check.positive (nameof targetSigma) targetSigma
        checkPaired (leastSamples unbiased) target prediction

        let lack (sigma: float) (d: 'T) : 'T =
            let z = d / num sigma
            num 0.0 - expm1 (-0.5 .* (z * z))

        LossValues(whole (independence unbiased (lack predictionSigma) (lack targetSigma) target prediction))

    /// <summary>Linear centred kernel alignment, as a loss: 1 less how alike two representations of the same samples are, whatever their rotation and scale.</summary>
    /// <param name="target">(N, E): at least one sample.</param>
    /// <param name="prediction">(N, D)</param>
    /// <returns>One value from 0 to 1; 1, of slope 0, where one of the two does not vary.</returns>
    /// <exception cref="T:System.ArgumentException">There are not as many samples of both, or none.</exception>
    /// <remarks>1 − ‖Tᵀ X‖² / (‖Xᵀ X‖ ‖Tᵀ T‖) of centred columns. Of the products some rows are stored at a time. Source: Kornblith, Norouzi, Lee and Hinton
    /// (ICML 2019).</remarks>
    let linearCka (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        checkPaired 1 target prediction
        let x, t = centred 0 prediction, centred 0 target
        let below = sqrt (PairSums.product x x) * sqrt (PairSums.product t t)
        let some = ifLess (num 0.0) below below (given below (num 1.0))
        let alike = PairSums.product t x / some
        LossValues(whole (ifLess (num 0.0) below (num 1.0 - alike) (given below (num 1.0))))

    // How much each of so many points is, of all.
    let private shares (name: string) (weights: Weights) (count: int) : float[] =
        Check.notNull name weights

        if weights.IsNone then
            Array.create count (1.0 ./. float count)
        else
            if weights.Shape <> Shape [| count |] then
                Check.wrongShape name weights.Shape (Shape [| count |]) $"there are {count} points"

            let values = weights.Values.ToArray()
            let total = Array.sum values

            if not (total > 0.0) then
                raise (ArgumentException($"{name} has no weight above 0.", name))

            values |> Array.map (fun weight -> weight ./. total)

    let private checkTransport
        (options: TransportOptions)
        (target: 'T)
        (prediction: 'T)
        : struct (float[] * float[]) when 'T :> ITensor<'T> =
        Check.notNull (nameof options) options
        Check.positive "epsilon" options.Epsilon

        Check.within "iterations" 1.0 10000.0 (float options.Iterations)

        if not (Enum.IsDefined options.Cost) then
            raise (ArgumentOutOfRangeException("cost", $"{Check.number (int64 options.Cost)} is no cost."))

        checkPoints 1 target prediction

        struct (shares "predictionWeights" options.PredictionWeights prediction.Shape[0],
                shares "targetWeights" options.TargetWeights target.Shape[0])

    // Σ a f + Σ b g after the iterations.
    let private transported (options: TransportOptions) (a: float[], x: 'T) (b: float[], y: 'T) : 'T :> ITensor<'T> =
        let epsilon = options.Epsilon
        let scale = (if options.Cost = TransportCost.HalfSquared then 0.5 else 1.0) ./. epsilon
        let n, m = a.Length, b.Length
        let isSmall = not (Indices.areTooMany [| n; m |])

        // −C / ε
        let gains (x: 'T) (y: 'T) : 'T =
            let d = cdist 2.0 y x
            Operators.(~-) scale .* (d * d)

        let all = if isSmall then ValueSome(gains x y) else ValueNone

        // −log Σ exp of what is carried from each point, given what each of the other side is worth; of many points the costs are made anew, some at a time.
        let potentials (axis: int) (worth: 'T) : 'T =
            match all with
            | ValueSome gains ->
                let row = if axis = 1 then Shape [| 1; m |] else Shape [| n; 1 |]
                let values (z: 'T[]) : 'T = -'T.LogSumExp(z[0] + expand gains.Shape (reshape row z[1]), axis)
                'T.Recompute(Func<'T[], 'T> values, [| gains; worth |])
            | ValueNone ->
                let own, other, columns = if axis = 1 then x, y, m else y, x, n

                let part struct (start, count) =
                    let values (z: 'T[]) : 'T =
                        let gains = gains z[0] z[1]
                        -'T.LogSumExp(gains + expand gains.Shape (reshape (Shape [| 1; columns |]) z[2]), 1)

                    'T.Recompute(Func<'T[], 'T> values, [| PairSums.some start count own; other; worth |])

                'T.Concatenate(ReadOnlySpan(Indices.parts own.Shape[0] [| columns |] |> Array.map part), 0)

        let vector (values: float[]) : 'T = 'T.Create(x, ReadOnlySpan values, Shape [| values.Length |])
        let logA, logB = vector (Array.map Math.Log a), vector (Array.map Math.Log b)

        // Potentials over ε.
        let step struct (_, g: 'T) _ =
            let f = potentials 1 (logB + g)
            struct (f, potentials 0 (logA + f))

        let start = struct (vector (Array.zeroCreate n), vector (Array.zeroCreate m))
        let struct (f, g) = Seq.fold step start (seq { 1 .. options.Iterations })
        epsilon .* (sumAll (weigh (vector a) f) + sumAll (weigh (vector b) g))

    /// <summary>Entropic optimal transport: the least cost to carry one sample to another, with a plan that is not too definite.</summary>
    /// <param name="options">ε, iterations, cost, and the weights of the points.</param>
    /// <param name="target">M points, at least one: (M, D).</param>
    /// <param name="prediction">N points, at least one: (N, D).</param>
    /// <returns>One value, in squared units of the target. It is not 0 where both are the same.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, there are no points, or no weight above 0.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">ε is not finite or not above 0, or the iterations are not from 1 to 10,000.</exception>
    /// <remarks>Σ aᵢ fᵢ + Σ bⱼ gⱼ, g at first 0, then so many times fᵢ = −ε log Σⱼ bⱼ exp((gⱼ − Cᵢⱼ)/ε), gⱼ = −ε log Σᵢ aᵢ exp((fᵢ − Cᵢⱼ)/ε); at the end of many
    /// min_P ⟨P, C⟩ + ε KL(P ‖ a bᵀ). Slopes go through the iterations. Of many points the costs are not stored. Source: Cuturi, Sinkhorn distances (NeurIPS 2013); GeomLoss
    /// (0.2.6, 2022).</remarks>
    let entropicTransport (options: TransportOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let struct (a, b) = checkTransport options target prediction
        LossValues(whole (transported options (a, prediction) (b, target)))

    /// <summary>Sinkhorn divergence: entropic transport less what it costs to carry each sample to itself; 0 where both are the same.</summary>
    /// <param name="options">ε, iterations, cost, and the weights of the points.</param>
    /// <param name="target">M points, at least one: (M, D).</param>
    /// <param name="prediction">N points, at least one: (N, D).</param>
    /// <returns>One value, in squared units of the target.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, there are no points, or no weight above 0.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">ε is not finite or not above 0, or the iterations are not from 1 to 10,000.</exception>
    /// <remarks>OT(x, t) − ½ OT(x, x) − ½ OT(t, t), each <c>entropicTransport</c> of the same options. Source: Feydy, Séjourné, Vialard, Amari, Trouvé and Peyré (AISTATS 2019);
    /// geomloss.SamplesLoss("sinkhorn") (0.2.6, 2022), whose blur is √ε of half of the squared distance.</remarks>
    let sinkhornDivergence (options: TransportOptions) (target: 'T) (prediction: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        let struct (a, b) = checkTransport options target prediction
        let x, t = (a, prediction), (b, target)
        let value: 'T = transported options x t - 0.5 .* (transported options x x + transported options t t)
        LossValues(whole value)
