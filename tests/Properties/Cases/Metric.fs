/// Embeddings with labels: proxies of classes, pairs and triplets of a batch, and how embeddings lie on the sphere.
module Losses.Tests.Cases.Metric

open System
open Losses
open Losses.FSharp
open Losses.FSharp.TensorNotation
open Losses.Tests.Cases.Case

type private T = DiffTensor<float>

let private num (x: float) : T = DiffTensor.Scalar x
let private turned (x: T) : T = DiffTensor.Permute(x, ReadOnlySpan [| 1; 0 |])
let private radians (degrees: float) = degrees * Math.PI / 180.0

let private labels (given: Given) : Labels =
    // They must be asked for.
    if given.Has "labels" then given.Labels "labels" else Unchecked.defaultof<Labels>

let private numbered (places: int seq) : Labels =
    let places = Array.ofSeq places
    Labels(ReadOnlySpan places, Shape [| places.Length |])

// Reducers: what counts, and the mean of nothing.
let private orZero (loss: LossValues<T>) : T = Reduce.using { Reducing.Default with Empty = EmptyMean.Zero } loss
let private nonZero (loss: LossValues<T>) : T = loss |> Reduce.between 0.0 infinity |> orZero

let private distance (given: Given) : EmbeddingDistance =
    match given.Word "distance" with
    | ""
    | "lp2" -> EmbeddingDistance.Euclidean
    | "lp2^2" -> EmbeddingDistance.SquaredEuclidean
    | "cosine" -> EmbeddingDistance.Dot
    | other -> notCovered $"{other} is no distance"

let private counting (given: Given) : PairCounting =
    if given.Word "reducer" = "avg_non_zero" then PairCounting.NonZero else PairCounting.All

let private beside (x: T) (y: T) : T = DiffTensor.Concatenate(ReadOnlySpan [| x; y |], 0)

/// A batch of PyTorch Metric Learning, with what it looks among: embeddings, whose they are, how many are anchors.
let private batch (given: Given) : struct (T * Labels * int) =
    let embeddings = given["embeddings"]

    if given.Has "ref_emb" then
        let references = Seq.append (given.Integers "labels") (given.Integers "ref_labels")
        struct (beside embeddings given["ref_emb"], numbered references, embeddings.Shape[0])
    else
        struct (embeddings, labels given, 0)

let private euclidean = MetricOptions.Default
let private cosines = { MetricOptions.Default with Distance = EmbeddingDistance.Dot }

let private ofBatch (loss: Given -> MetricOptions -> Labels -> T -> LossValues<T>) (options: MetricOptions) (given: Given) : T =
    let struct (embeddings, identities, anchors) = batch given
    loss given { options with Anchors = anchors } identities embeddings |> Reduce.mean

// With the distance and the reducer that are given.
let private asGiven (loss: Given -> MetricOptions -> Labels -> T -> LossValues<T>) (given: Given) : T =
    ofBatch loss { euclidean with Distance = distance given; Counting = counting given } given

let private contrastive' (given: Given) (options: MetricOptions) : Labels -> T -> LossValues<T> =
    contrastive (given.NumberOr(0.0, "pos_margin")) (given.NumberOr(1.0, "neg_margin")) options

// What the sums of the features of the raw embeddings are.
let private signalToNoise (given: Given) : T =
    let options = { euclidean with Distance = EmbeddingDistance.SignalToNoise; Counting = PairCounting.NonZero }
    let sums = sumAlong 1 given["embeddings"]
    let mean = l1 (0.0 * LossValues sums |> Reduce.none) sums |> Reduce.mean
    ofBatch contrastive' options given + num (given.Number "zero_mean_reg_weight") * mean

let private consistent (given: Given) : T =
    let side (weight: string) positive negative =
        let options = { cosines with Counting = PairCounting.NonZero }
        num (given.Number weight) * ofBatch (fun _ -> contrastive positive negative) options given

    side "lambda_plus" (given.Number "margin_plus") 2.0 + side "lambda_minus" -2.0 (given.Number "margin_minus")

let private perAnchor (loss: LossValues<T>) : LossValues<T> = LossValues(loss.Values / DiffTensor.Max(num 1.0, loss.Weights))

let private ntXent' (given: Given) : T =
    let loss options = ofBatch (fun given -> ntXent (given.NumberOr(0.07, "temperature"))) options given

    if given.Word "reducer" = "per_anchor(avg_non_zero)" then
        ntXent (given.NumberOr(0.07, "temperature")) { euclidean with Distance = distance given } (labels given) given["embeddings"]
        |> perAnchor
        |> nonZero
    else
        loss { euclidean with Distance = distance given; Counting = counting given }

let private margin' (given: Given) : T =
    let struct (embeddings, identities, anchors) = batch given
    let options = { euclidean with Anchors = anchors; Counting = PairCounting.NonZero }
    let beta = given["beta"]
    let nu = if given.Flag "learn_beta" then given.Number "nu" else 0.0
    let perClass = beta.Shape.Size > 1

    let loss =
        distanceMargin true (if perClass then nu else 0.0) (given.Number "margin") options identities beta embeddings
        |> Reduce.mean

    if perClass || nu = 0.0 then loss else loss + num nu * sumAll beta

let private before (given: Given) (options: MetricOptions) : Labels -> T -> LossValues<T> =
    let cost =
        match given.Word "variant" with
        | "O" -> NegativesBefore.Linear
        | "Ds" -> NegativesBefore.Logarithm
        | "Dq" -> NegativesBefore.Saturating
        | "Iu" -> NegativesBefore.Increasing
        | "Ib" -> NegativesBefore.Bounded
        // It must be refused.
        | _ -> enum -1

    negativesBefore cost (given.NumberOr(4.0, "alpha")) (given.NumberOr(2.0, "b")) (given.NumberOr(0.01, "anneal")) options

let private ranked (given: Given) : MetricOptions -> Labels -> T -> LossValues<T> =
    rankedList
        { RankedListOptions.Default with
            Alpha = given.NumberOr(1.2, "alpha")
            Margin = given.Number "margin"
            Imbalance = given.Number "imbalance"
            PositiveTemperature = given.NumberOr(0.0, "Tp")
            NegativeTemperature = given.Number "Tn"
        }

// Of distances that are constants: each positive's less each negative's.
let private triplets (given: Given) : float[] =
    let rows = unitRows given["embeddings"]

    if given.Has "labels" then
        let d = cdist 2.0 rows rows
        let labels = given.Integers "labels"
        let at i j = d.ToArray()[i * labels.Length + j]
        let all = [ 0 .. labels.Length - 1 ]

        [|
            for a in all do
                for p in all do
                    for n in all do
                        if a <> p && labels[a] = labels[p] && labels[a] <> labels[n] then
                            at a p - at a n
        |]
    else
        let d = cdist 2.0 (unitRows given["ref_emb"]) rows
        let r, c = d.Shape[0], d.Shape[1]
        let at i j = d.ToArray()[i * c + j]
        let orZero (values: float list) = if values.IsEmpty then 0.0 else List.min values

        let row i =
            if i < r then
                orZero
                    [
                        for j in 0 .. c - 1 do
                            if j <> i then
                                at i j
                    ]
            else
                0.0

        let column j =
            if j < c then
                orZero
                    [
                        for i in 0 .. r - 1 do
                            if i <> j then
                                at i j
                    ]
            else
                0.0

        [|
            for i in 0 .. max r c - 1 do
                let positive = if i < min r c then at i i else 0.0
                positive - min (row i) (column i)
        |]

let private softMargin (given: Given) : T =
    let differences = triplets given

    dynamicSoftMargin (given.Number "min_val") (given.Integer "num_bins") (DiffTensor.Create(differences, [| differences.Length |]))
    |> Reduce.mean

// Two views: one batch, or anchors beside the other view.
let private selfSupervised (loss: Given -> MetricOptions -> Labels -> T -> LossValues<T>) (options: MetricOptions) (given: Given) : T =
    let one, two = given["embeddings"], given["ref_emb"]
    let n = one.Shape[0]
    let identities = numbered (Seq.append [ 0 .. n - 1 ] [ 0 .. n - 1 ])

    loss given { options with Anchors = (if given.Flag "symmetric" then 0 else n) } identities (beside one two)
    |> Reduce.mean

let private multiSimilarity' (given: Given) : MetricOptions -> Labels -> T -> LossValues<T> =
    multiSimilarity (given.Number "alpha") (given.Number "beta") (given.Number "base") (given.NumberOr(infinity, "epsilon"))

let private circle' (given: Given) : T =
    let detached = not (given.Case.Id.Contains "no_detach")
    let options = { cosines with Counting = PairCounting.NonZero }
    ofBatch (fun given -> circle detached (given.Number "gamma") (given.Number "m")) options given

let private kerasCircle (given: Given) : T =
    let own = given.Integers "y_true"

    let struct (embeddings, identities, anchors) =
        if given.Has "ref_embeddings" then
            struct (beside given["y_pred"] given["ref_embeddings"], numbered (Seq.append own (given.Integers "ref_labels")), own.Length)
        else
            struct (given["y_pred"], numbered own, 0)

    let options = { cosines with Normalized = false; Anchors = anchors }
    let loss = circle true (given.Number "gamma") (given.Number "margin") options identities embeddings

    match given.Word "reduction" with
    | "sum_over_batch_size" -> Reduce.mean loss
    | "sum" -> Reduce.sum loss
    | _ -> Reduce.none loss

// Where each label is among all that there are.
let private instance (given: Given) : T =
    let own = if given.Has "labels" then given.Integers "labels" else [||]
    let distinct = own |> Array.distinct |> Array.sort

    let places =
        if own.Length = 0 then
            Unchecked.defaultof<Labels>
        else
            numbered (own |> Array.map (fun y -> Array.IndexOf(distinct, y)))

    let scale = given.NumberOr(64.0, "gamma")
    normalizedSoftmax scale true places given["embeddings"] given["embeddings"] |> Reduce.mean

// Of what has no classes there is no proxy, but nothing is asked of it before the labels.
let private proxies (name: string) (given: Given) : T = if given.Has name then turned given[name] else given["embeddings"]

let private ofClasses (loss: Given -> Labels -> T -> T -> LossValues<T>) (name: string) (given: Given) : T =
    loss given (labels given) (proxies name given) given["embeddings"] |> Reduce.mean

let private triplet (mining: TripletMining) (given: Given) : T =
    let distance = if given.Flag "squared" then EmbeddingDistance.SquaredEuclidean else EmbeddingDistance.Euclidean

    let options = { euclidean with Distance = distance; Normalized = false }

    batchTriplet mining (given.Word "form" = "soft") (given.Number "margin") options (labels given) given["embeddings"]
    |> Reduce.mean

let private ofWeights (loss: Given -> Labels -> T -> T -> LossValues<T>) (given: Given) : T =
    loss given (labels given) given["weights"] given["embeddings"] |> given.Reduced

let private magFace' (given: Given) : Labels -> T -> T -> LossValues<T> =
    magFace
        {
            Scale = given.Number "scale"
            LeastLength = given.Number "l_a"
            LargestLength = given.Number "u_a"
            LeastMargin = given.Number "l_m"
            LargestMargin = given.Number "u_m"
            Pull = given.Number "lambda_g"
            EasyMargin = given.Flag "easy_margin"
        }

let private softTriple' (subCenters: int) (scale: string) (tau: string) (given: Given) : SoftTripleOptions =
    {
        SubCenters = subCenters
        Scale = given.Number scale
        Gamma = given.Number "gamma"
        Margin = given.Number "margin"
        Tau = given.Number tau
    }

// Two views of each: SimCLR.
let private views (given: Given) : T =
    let one, two = given["input"], given["target"]
    let n = [ 0 .. one.Shape[0] - 1 ]
    ntXent (given.Number "temperature") cosines (numbered (n @ n)) (beside one two) |> Reduce.mean

let private reduced (reduce: Given -> LossValues<T> -> T) (given: Given) : T = reduce given (LossValues given["losses"])

let entries: (string * (Given -> T)) list =
    [
        "retrieval/arcface", ofWeights (fun given -> arcFace 1 (given.Flag "easy_margin") (given.Number "margin") (given.Number "scale"))
        "retrieval/cosface", ofWeights (fun given -> cosFace (given.Number "margin") (given.Number "scale"))
        "retrieval/adacos_fixed", ofWeights (fun _ -> adaCos)
        "retrieval/magface", ofWeights magFace'
        "retrieval/proxy_anchor",
        (fun given ->
            proxyAnchor (given.Number "alpha") (given.Number "delta") (labels given) given["proxies"] given["embeddings"]
            |> Reduce.mean)
        "retrieval/proxy_nca_pp",
        (fun given -> proxyNCA (given.Number "temperature") (labels given) given["proxies"] given["embeddings"] |> given.Reduced)
        "retrieval/soft_triple",
        (fun given ->
            let centers = given["centers"]
            let each = centers.Shape[1]
            let rows = reshape (Shape [| centers.Shape[0] * each; centers.Shape[2] |]) centers
            softTriple (softTriple' each "lambda" "tau" given) (labels given) rows given["embeddings"] |> Reduce.mean)
        "retrieval/center_loss", (fun given -> centerLoss (labels given) given["centers"] given["embeddings"] |> given.Reduced)
        "retrieval/triplet_batch_hard", triplet TripletMining.Hard
        "retrieval/triplet_semi_hard", triplet TripletMining.SemiHard
        "retrieval/margin_wu",
        (fun given ->
            let counting = if given.Word "divisor" = "all" then PairCounting.All else PairCounting.NonZero
            let options = { euclidean with Normalized = false; Counting = counting }
            distanceMargin false 0.0 (given.Number "alpha") options (labels given) given["beta"] given["embeddings"] |> Reduce.mean)
        "retrieval/multi_similarity", ofBatch multiSimilarity' cosines
        "retrieval/moco",
        (fun given -> momentumContrast (given.Number "temperature") true given["queue"] given["key"] given["query"] |> given.Reduced)
        "retrieval/alignment", (fun given -> alignment (given.Number "alpha") (given.Flag "normalize") given["y"] given["x"] |> Reduce.mean)
        "retrieval/uniformity", (fun given -> uniformity (given.Number "t") (given.Flag "normalize") given["x"] |> Reduce.mean)
        "retrieval/koleo", (fun given -> koLeo (given.Number "eps") (given.Flag "normalize") given["x"] |> Reduce.mean)

        let arc (given: Given) =
            let subCenters = given.IntegerOr(1, "sub_centers")
            // Their centres are columns: those of a class one after another, as here.
            arcFace subCenters false (radians (given.NumberOr(28.6, "margin_deg"))) (given.NumberOr(64.0, "scale"))

        "pml/arcface_loss", ofClasses arc "W"
        "pml/subcenter_arcface_loss", ofClasses arc "W"
        "pml/cosface_loss", ofClasses (fun given -> cosFace (given.Number "margin") (given.Number "scale")) "W"
        "pml/large_margin_softmax_loss", ofClasses (fun given -> largeMarginSoftmax (given.Integer "margin") (given.Number "scale")) "W"
        "pml/sphereface_loss", ofClasses (fun given -> sphereFace (given.Integer "margin") (given.Number "scale")) "W"

        "pml/normalized_softmax_loss",
        ofClasses (fun given -> normalizedSoftmax (1.0 / given.Number "temperature") (given.Flag "normalize_embeddings")) "W"

        "pml/proxy_anchor_loss",
        (fun given ->
            let proxies = given.Any("proxies", "embeddings")
            let alpha, margin = given.NumberOr(32.0, "alpha"), given.NumberOr(0.1, "margin")
            proxyAnchor alpha margin (labels given) proxies given["embeddings"] |> Reduce.mean)

        "pml/proxy_nca_loss", ofClasses (fun _ -> proxyNCA 1.0) "proxies"

        "pml/soft_triple_loss",
        (fun given ->
            let each = given.Integer "centers_per_class"

            softTriple (softTriple' each "la" "reg_weight" given) (labels given) (turned given["fc"]) given["embeddings"]
            |> Reduce.mean)

        "pml/contrastive_loss",
        (fun given ->
            // Non-zero means where nothing is said.
            let counting = if given.Word "reducer" = "mean" then PairCounting.All else PairCounting.NonZero
            ofBatch contrastive' { euclidean with Distance = distance given; Counting = counting } given)

        "pml/signal_to_noise_ratio_contrastive_loss", signalToNoise
        "pml/threshold_consistent_margin_loss", consistent

        "pml/triplet_margin_loss_batch_all",
        asGiven (fun given -> batchTriplet TripletMining.All (given.Flag "smooth") (given.Number "margin"))

        "pml/margin_loss", margin'
        "pml/multi_similarity_loss", ofBatch multiSimilarity' cosines
        "pml/circle_loss", circle'
        "pml/nt_xent_loss", ntXent'
        "pml/sup_con_loss", asGiven (fun given -> supCon (given.Number "temperature"))

        "pml/nca_loss",
        ofBatch (fun given -> nca (given.Number "softmax_scale")) { euclidean with Distance = EmbeddingDistance.SquaredEuclidean }

        "pml/tuplet_margin_loss",
        (fun given ->
            tupletMargin (given.Number "scale") (radians (given.Number "margin_deg")) 0 (labels given) given["embeddings"]
            |> Reduce.mean)

        "pml/angular_loss",
        (fun given -> angular (radians (given.NumberOr(40.0, "alpha_deg"))) true 0 (labels given) given["embeddings"] |> Reduce.mean)

        "pml/pnp_loss", ofBatch before cosines
        "pml/ranked_list_loss", ofBatch ranked euclidean

        "pml/fast_ap_loss",
        (fun given ->
            if given.Has "ref_emb" then
                notCovered "there is no set of references to give"

            fastAP (given.IntegerOr(10, "num_bins")) (labels given) given["embeddings"] |> Reduce.mean)

        "pml/histogram_loss",
        (fun given ->
            if given.Gives "delta" then
                notCovered "the width of a bin follows from their number"

            histogram (given.Integer "n_bins") (labels given) given["embeddings"] |> Reduce.mean)

        "pml/dynamic_soft_margin_loss", softMargin
        "pml/n_pairs_loss", (fun given -> nPairs true (labels given) given["embeddings"] |> Reduce.mean)
        "pml/instance_loss", instance
        "pml/self_supervised_nt_xent", selfSupervised (fun given -> ntXent (given.Number "temperature")) cosines
        "pml/self_supervised_contrastive", selfSupervised contrastive' { euclidean with Counting = PairCounting.NonZero }
        "pml/self_supervised_sup_con", selfSupervised (fun given -> supCon (given.Number "temperature")) cosines
        "pml/self_supervised_multi_similarity", selfSupervised multiSimilarity' cosines

        "pml/self_supervised_angular",
        selfSupervised
            (fun given options ->
                if options.Anchors > 0 then
                    notCovered "their negatives alone are not made as long as 1, which the gradient sees"

                angular (radians (given.Number "alpha_deg")) true 0)
            cosines

        "pml/reduce_avg_non_zero", reduced (fun _ -> nonZero)

        "pml/reduce_threshold",
        reduced (fun given loss -> loss |> Reduce.between (given.NumberOr(-infinity, "low")) (given.NumberOr(infinity, "high")) |> orZero)

        "pml/reduce_class_weighted",
        reduced (fun given loss ->
            let weights = given.List "class_weights"
            let own = given.Integers "labels" |> Array.map (fun y -> weights[y])
            loss |> Reduce.weigh (Weights(ReadOnlySpan own, Shape [| own.Length |])) |> Reduce.mean)

        "pml/reduce_divisor", reduced (fun given loss -> (1.0 / given.Number "divisor") * loss |> Reduce.sum)
        // Regularisers are errors of what should be equal: numbers and 0, squared lengths and their mean.
        "pml/lp_regularizer",
        (fun given ->
            let x = given["embeddings"]
            mse (num 0.0 * x) x |> Reduce.mean |> fun mean -> num (float x.Shape[1]) * mean)

        "pml/center_invariant_regularizer",
        (fun given ->
            let w = given["W"]
            let squares = sumAlong 0 (w * w)
            let mean = expand squares.Shape (sumAll squares / num (float squares.Count))
            0.25 * mse mean squares |> Reduce.mean)

        "keras/circle", kerasCircle
        "monai/contrastive", views
        "optax/nt_xent", (fun given -> ntXent (given.Number "temperature") cosines (labels given) given["embeddings"] |> Reduce.mean)
    ]
