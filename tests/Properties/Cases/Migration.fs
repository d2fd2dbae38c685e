/// What the losses of other libraries are here: one table, of which docs/migration.md is made.
module Losses.Tests.Cases.Migration

open System
open System.IO
open System.Reflection
open Xunit
open Losses.Tests

/// The library; the loss's name in the cases, if there are any; what it is called there; our functions; which options are what.
let private rows: (string * string * string * string * string) list =
    [
        "pytorch", "l1_loss", "torch.nn.L1Loss", "l1", "`weight`: `Reduce.weighAndCount`"
        "pytorch", "mse_loss", "torch.nn.MSELoss", "mse", "`weight`: `Reduce.weighAndCount`"
        "pytorch", "smooth_l1_loss", "torch.nn.SmoothL1Loss", "smoothL1", ""
        "pytorch", "huber_loss", "torch.nn.HuberLoss", "huber", ""
        "pytorch", "nll_loss", "torch.nn.NLLLoss", "nll", "`weight`: class weights"
        "pytorch", "cross_entropy", "torch.nn.CrossEntropyLoss", "crossEntropy crossEntropyWithProbabilities", "`weight`: class weights"
        "pytorch", "binary_cross_entropy", "torch.nn.BCELoss", "bce", "`weight`: `Reduce.weigh`; a mean divides by the number of elements"
        "pytorch",
        "binary_cross_entropy_with_logits",
        "torch.nn.BCEWithLogitsLoss",
        "bceWithLogits balancedBceWithLogits",
        "`pos_weight`: balanced"
        "pytorch", "kl_div", "torch.nn.KLDivLoss", "klDiv", "`reduction=\"batchmean\"`: `Reduce.batchMean`"
        "pytorch", "poisson_nll_loss", "torch.nn.PoissonNLLLoss", "poissonNLL", ""
        "pytorch", "gaussian_nll_loss", "torch.nn.GaussianNLLLoss", "gaussianNLL", ""
        "pytorch", "hinge_embedding_loss", "torch.nn.HingeEmbeddingLoss", "hingeEmbedding", "a target is −1 or 1"
        "pytorch", "margin_ranking_loss", "torch.nn.MarginRankingLoss", "marginRanking", "a target is −1 or 1"
        "pytorch", "multilabel_margin_loss", "torch.nn.MultiLabelMarginLoss", "multiLabelMargin", ""
        "pytorch", "multi_margin_loss", "torch.nn.MultiMarginLoss", "multiMargin", ""
        "pytorch", "multilabel_soft_margin_loss", "torch.nn.MultiLabelSoftMarginLoss", "multiLabelSoftMargin", ""
        "pytorch", "soft_margin_loss", "torch.nn.SoftMarginLoss", "softMargin", ""
        "pytorch", "cosine_embedding_loss", "torch.nn.CosineEmbeddingLoss", "cosineEmbedding", ""
        "pytorch", "triplet_margin_loss", "torch.nn.TripletMarginLoss", "tripletMargin", ""
        "pytorch", "triplet_margin_with_distance_loss", "torch.nn.TripletMarginWithDistanceLoss", "tripletMarginWithDistance", ""
        "pytorch", "ctc_loss", "torch.nn.CTCLoss", "ctc", "a mean divides by the lengths of the targets"
        "pytorch",
        "adaptive_log_softmax_with_loss",
        "torch.nn.AdaptiveLogSoftmaxWithLoss",
        "adaptiveLogSoftmaxWithLoss",
        "values, not logarithms of probabilities"
        "torchvision", "sigmoid_focal", "torchvision.ops.sigmoid_focal_loss", "sigmoidFocal", "`alpha=-1`: twice that of ½"
        "torchvision", "generalized_box_iou_loss", "torchvision.ops.generalized_box_iou_loss", "generalizedBoxIoU", ""
        "torchvision", "distance_box_iou_loss", "torchvision.ops.distance_box_iou_loss", "distanceBoxIoU", ""
        "torchvision", "complete_box_iou_loss", "torchvision.ops.complete_box_iou_loss", "completeBoxIoU", ""
        "keras", "mean_squared_error", "keras.losses.MeanSquaredError", "mse", "their sample is the mean of the last axis"
        "keras", "squared_error", "keras.ops squared error", "mse", ""
        "keras", "mean_absolute_error", "keras.losses.MeanAbsoluteError", "l1", ""
        "keras", "mean_absolute_percentage_error", "keras.losses.MeanAbsolutePercentageError", "mape", "ε is 10⁻⁷ there"
        "keras",
        "mean_squared_logarithmic_error",
        "keras.losses.MeanSquaredLogarithmicError",
        "msle",
        "what is below 10⁻⁷ is raised to it there"
        "keras", "huber", "keras.losses.Huber", "huber", ""
        "keras", "log_cosh", "keras.losses.LogCosh", "logCosh", ""
        "keras", "hinge", "keras.losses.Hinge", "hinge", "targets of 0 and 1 alone are −1 and 1 there"
        "keras", "squared_hinge", "keras.losses.SquaredHinge", "squaredHinge", "the same"
        "keras", "categorical_hinge", "keras.losses.CategoricalHinge", "categoricalHinge", ""
        "keras", "poisson", "keras.losses.Poisson", "poissonNLL", "`log_input=false`, ε 10⁻⁷"
        "keras", "kl_divergence", "keras.losses.KLDivergence", "klDiv", "of the logarithm of what is predicted, summed over the last axis"
        "keras", "cosine_similarity", "keras.losses.CosineSimilarity", "cosineSimilarity", "theirs is negative"
        "keras",
        "binary_cross_entropy",
        "keras.losses.BinaryCrossentropy",
        "bceWithLogits bce",
        "`from_logits=True`; without, they clip at 10⁻⁷"
        "keras",
        "binary_focal_cross_entropy",
        "keras.losses.BinaryFocalCrossentropy",
        "sigmoidFocal",
        "without `apply_class_balancing` twice that of ½"
        "keras",
        "cross_entropy",
        "keras.losses.CategoricalCrossentropy, SparseCategoricalCrossentropy",
        "crossEntropy crossEntropyWithProbabilities",
        "without `from_logits` of the logarithm; `axis`: `ClassAxis`; `ignore_class`: `IgnoreIndex`"
        "keras",
        "categorical_focal_cross_entropy",
        "keras.losses.CategoricalFocalCrossentropy",
        "focalWithProbabilities",
        "without `from_logits` of the logarithm; α is ¼ there"
        "keras",
        "generalized_cross_entropy",
        "keras.losses.CategoricalGeneralizedCrossEntropy",
        "generalizedCrossEntropy",
        "of the logarithm"
        "keras", "dice", "keras.losses.Dice", "sums", "`Overlap(½, ½, …)` over the axes that are summed"
        "keras", "tversky", "keras.losses.Tversky", "sums", "`Overlap(α, β, …)`"
        "optax", "squared_error", "optax.squared_error", "mse", ""
        "optax", "half_squared_error", "optax.l2_loss", "halfSquaredError", ""
        "optax", "huber", "optax.huber_loss", "huber", ""
        "optax", "log_cosh", "optax.log_cosh", "logCosh", ""
        "optax", "cosine_distance", "optax.cosine_distance", "cosineDistance", "ε is of a norm here, of its square there"
        "optax", "cosine_similarity", "optax.cosine_similarity", "cosineSimilarity", "the same"
        "optax",
        "cross_entropy",
        "optax.softmax_cross_entropy, …_with_integer_labels",
        "crossEntropy crossEntropyWithProbabilities",
        "classes lie along the last axis there"
        "optax", "binary_cross_entropy", "optax.sigmoid_binary_cross_entropy", "bceWithLogits", ""
        "optax", "binary_focal_cross_entropy", "optax.sigmoid_focal_loss", "sigmoidFocal", "without `alpha` twice that of ½"
        "optax", "poly_cross_entropy", "optax.poly_loss_cross_entropy", "poly1WithProbabilities", ""
        "optax", "hinge", "optax.hinge_loss", "hinge", ""
        "optax", "perceptron", "optax.perceptron_loss", "perceptron", ""
        "optax", "sparsemax", "optax.sparsemax_loss", "sparsemaxLoss smoothedHinge", "of two classes"
        "optax", "multiclass_hinge", "optax.multiclass_hinge_loss", "multiclassHinge", ""
        "optax", "multiclass_perceptron", "optax.multiclass_perceptron_loss", "multiclassHinge", "`margin` 0"
        "optax", "multiclass_sparsemax", "optax.multiclass_sparsemax_loss", "sparsemaxLoss", ""
        "optax", "kl_divergence", "optax.kl_divergence", "klDiv", "summed over the last axis"
        "optax", "generalized_kl_divergence", "optax.generalized_kl_divergence", "generalizedKLDiv", ""
        "optax", "label_smoothing", "optax.smooth_labels", "smoothLabels", ""
        "optax", "ranking_softmax", "optax.ranking_softmax_loss", "listNet", ""
        "optax", "triplet_margin", "optax.triplet_margin_loss", "tripletMargin", ""
        "optax", "dice", "optax.dice_loss", "sums", "`Overlap(α, β, …)` over the axes between"
        "optax", "ctc", "optax.ctc_loss", "ctc", "lengths, not paddings; time before samples; of logarithms"
        "optax", "", "optax.make_fenchel_young_loss", "fenchelYoung", ""
        "kornia", "cauchy", "kornia.losses.cauchy_loss", "generalRobust", "α 0"
        "kornia", "charbonnier", "kornia.losses.charbonnier_loss", "pseudoHuber", "δ 1"
        "kornia", "geman_mcclure", "kornia.losses.geman_mcclure_loss", "generalRobust", "α −2"
        "kornia", "welsch", "kornia.losses.welsch_loss", "generalRobust", "α −∞"
        "kornia", "dice", "kornia.losses.dice_loss", "diceWithLabels dice", "of the softmax"
        "kornia", "tversky", "kornia.losses.tversky_loss", "tverskyWithLabels tversky", "of the softmax"
        "kornia", "binary_focal", "kornia.losses.binary_focal_loss_with_logits", "sigmoidFocal", ""
        "kornia", "js_div_2d", "kornia.losses.js_div_loss_2d", "jensenShannon", ""
        "kornia", "kl_div_2d", "kornia.losses.kl_div_loss_2d", "klDiv", "of the logarithm"
        "kornia", "total_variation", "kornia.losses.total_variation", "totalVariation", ""
        "kornia", "psnr", "kornia.losses.psnr_loss", "mse", "10 log₁₀ of it over the largest value's square"
        "kornia", "ssim", "kornia.losses.ssim_loss", "ssim", "half of it, `ImageBorder.Reflect`"
        "kornia", "ssim3d", "kornia.losses.ssim3d_loss", "ssim", "`ImageBorder.Replicate`, three axes"
        "liger", "cross_entropy", "LigerCrossEntropyLoss", "crossEntropy zLoss softCap", "`lse_square_scale` times zLoss; `softcap` before"
        "liger", "z_loss", "lse_square_scale", "zLoss", ""
        "liger", "compute_z_loss", "compute_z_loss", "zLoss", ""
        "liger",
        "fused_linear_cross_entropy",
        "LigerFusedLinearCrossEntropyLoss",
        "linearCrossEntropy cappedLinearCrossEntropy linearZLoss",
        ""
        "liger",
        "linear_cross_entropy",
        "cut_cross_entropy.linear_cross_entropy",
        "linearCrossEntropy cappedLinearCrossEntropy",
        "`softcap`: the second; `shift`: of the labels, by the caller"
        "liger", "dft", "SFTTrainer(loss_type=\"dft\")", "dft", ""
        "liger", "token_accuracy", "return_token_accuracy", "zeroOne", "1 less its mean"
        "liger", "ppo_clip", "PPOTrainer", "policyGradient clippedValue", ""
        "liger", "gae_advantages", "PPOTrainer's advantages", "generalizedAdvantages", ""
        "liger", "masked_whiten", "masked_whiten", "whiten", ""
        "liger", "kl_div", "LigerKLDIVLoss", "klDiv", ""
        "liger",
        "generalized_jsd",
        "LigerJSD, GKDTrainer.generalized_jsd_loss",
        "jensenShannonOfLogs jensenShannonOfLogits",
        "of logarithms, or of logits"
        "liger", "fused_linear_jsd", "LigerFusedLinearJSD", "linearJensenShannon", ""
        "liger",
        "fused_linear_jsd_distillation",
        "LigerFusedLinearJSDLoss",
        "linearCrossEntropy linearJensenShannon",
        "`weight_hard_loss` of the first, `weight_soft_loss` of the second"
        "liger", "total_variation_distance", "LigerTVDLoss", "totalVariationDistance", ""
        "scoringrules", "", "crps_ensemble", "crpsEnsemble", "`estimator=\"fair\"`: `fair`"
        "scoringrules", "", "twcrps_ensemble", "twcrpsEnsemble", "`v_func` that clips"
        "scoringrules", "", "owcrps_ensemble", "owcrpsEnsemble", "weights, not functions"
        "scoringrules",
        "",
        "crps_normal, crps_logistic, crps_laplace, crps_exponential, crps_lognormal, crps_uniform, crps_mixnorm",
        "crpsNormal crpsLogistic crpsLaplace crpsExponential crpsLogNormal crpsUniform crpsMixtureNormal",
        ""
        "scoringrules", "", "crps_tnormal, logs_tnormal", "crpsTruncatedNormal truncatedNormalNLL", ""
        "scoringrules",
        "",
        "logs_normal, logs_t, logs_gamma, logs_beta, logs_negbinom",
        "gaussianNLL studentTNLL gammaNLL betaNLL negativeBinomialNLL",
        "`gaussianNLL` of a variance, with `full`"
        "scoringrules", "", "es_ensemble, vs_ensemble, gksmv_ensemble", "energyScore variogramScore kernelScore", ""
        "scoringrules",
        "",
        "dssuv_ensemble, dssmv_ensemble",
        "dawidSebastianiEnsemble dawidSebastianiMultivariate",
        "the second of a mean and a covariance"
        "scoringrules", "", "error_spread_score", "errorSpread", ""
        "scoringrules", "", "interval_score, weighted_interval_score, quantile_score", "intervalScore weightedIntervalScore pinball", ""
        "scoringrules", "", "brier_score, rps_score", "brier rps", ""
        "keras",
        "circle",
        "keras.losses.Circle",
        "circle",
        "of dot products, not `Normalized`: they are normalized before; `ref_embeddings`: `Anchors`"
        "optax", "nt_xent", "optax.ntxent", "ntXent", "`Distance` a dot product"
        "pml", "arcface_loss", "losses.ArcFaceLoss", "arcFace", "radians; W is the transpose of the proxies"
        "pml", "subcenter_arcface_loss", "losses.SubCenterArcFaceLoss", "arcFace", "`sub_centers`: `subCenters`"
        "pml", "cosface_loss", "losses.CosFaceLoss", "cosFace", ""
        "pml", "large_margin_softmax_loss", "losses.LargeMarginSoftmaxLoss", "largeMarginSoftmax", ""
        "pml", "sphereface_loss", "losses.SphereFaceLoss", "sphereFace", ""
        "pml", "normalized_softmax_loss", "losses.NormalizedSoftmaxLoss", "normalizedSoftmax", "`scale` is 1 over their temperature"
        "pml", "instance_loss", "losses.InstanceLoss", "normalizedSoftmax", "the embeddings are the proxies, too"
        "pml", "proxy_anchor_loss", "losses.ProxyAnchorLoss", "proxyAnchor", ""
        "pml", "soft_triple_loss", "losses.SoftTripleLoss", "softTriple", "`reg_weight`: `tau`"
        "pml", "contrastive_loss", "losses.ContrastiveLoss", "contrastive", "`Counting`: `NonZero`"
        "pml",
        "signal_to_noise_ratio_contrastive_loss",
        "losses.SignalToNoiseRatioContrastiveLoss",
        "contrastive",
        "`Distance`: `SignalToNoise`; the regulariser is the mean |Σ x|"
        "pml",
        "threshold_consistent_margin_loss",
        "losses.ThresholdConsistentMarginLoss",
        "contrastive",
        "of positives and of negatives alone, weighed"
        "pml", "triplet_margin_loss_batch_all", "losses.TripletMarginLoss", "batchTriplet", "`Counting`: `NonZero`"
        "pml", "margin_loss", "losses.MarginLoss", "distanceMargin", "`byTriplets`, `Counting`: `NonZero`"
        "pml", "multi_similarity_loss", "losses.MultiSimilarityLoss", "multiSimilarity", "`base`: `threshold`"
        "pml", "circle_loss", "losses.CircleLoss", "circle", "`Counting`: `NonZero`"
        "pml", "nt_xent_loss", "losses.NTXentLoss", "ntXent", ""
        "pml", "sup_con_loss", "losses.SupConLoss", "supCon", "`Counting`: `NonZero`"
        "pml", "nca_loss", "losses.NCALoss", "nca", "`Distance`: `SquaredEuclidean`"
        "pml", "n_pairs_loss", "losses.NPairsLoss", "nPairs", ""
        "pml", "tuplet_margin_loss", "losses.TupletMarginLoss", "tupletMargin", "radians"
        "pml", "angular_loss", "losses.AngularLoss", "angular", "radians"
        "pml", "pnp_loss", "losses.PNPLoss", "negativesBefore", "`variant`: `cost`, `anneal`: `temperature`"
        "pml", "ranked_list_loss", "losses.RankedListLoss", "rankedList", "`Tp`, `Tn`: the two temperatures"
        "pml", "fast_ap_loss", "losses.FastAPLoss", "fastAP", "`num_bins`: `bins`"
        "pml", "histogram_loss", "losses.HistogramLoss", "histogram", "`n_bins`: `bins`"
        "pml",
        "dynamic_soft_margin_loss",
        "losses.DynamicSoftMarginLoss",
        "dynamicSoftMargin",
        "of the differences of the triplets' distances; the histogram is that of the batch"
        "pml", "proxy_nca_loss", "losses.ProxyNCALoss", "proxyNCA", "ours is ProxyNCA++, whose denominator has the own proxy, too"
        "timm", "", "AsymmetricLossMultiLabel", "asymmetricWithLogits", "they add all up"
        "timm", "", "AsymmetricLossSingleLabel", "asymmetric", "`eps`: `labelSmoothing`"
        "timm", "", "JsdCrossEntropy", "jensenShannonCrossEntropy", "`num_splits`: `views`"
        "timm",
        "",
        "LabelSmoothingCrossEntropy, SoftTargetCrossEntropy",
        "crossEntropy crossEntropyWithProbabilities",
        "`smoothing`: `LabelSmoothing`"
        "torchmetrics", "", "audio.SignalNoiseRatio", "signalToNoise", "a loss: the ratio is its negative"
        "torchmetrics",
        "",
        "audio.ScaleInvariantSignalDistortionRatio, audio.ScaleInvariantSignalNoiseRatio",
        "scaleInvariantSDR",
        "the same; `zero_mean`"
        "torchmetrics", "", "audio.PermutationInvariantTraining", "permutationInvariantSDR", "of that"
        "auraloss", "", "time.SNRLoss, time.SISDRLoss", "signalToNoise scaleInvariantSDR", ""
        "auraloss", "", "time.ESRLoss", "errorToSignal", "with `PreEmphasis`"
        "auraloss", "", "freq.SpectralConvergenceLoss", "spectralConvergence", "theirs is over the batch"
        "auraloss", "", "freq.STFTMagnitudeLoss", "stftLogMagnitude stftMagnitude", "`log`"
        "auraloss", "", "freq.MultiResolutionSTFTLoss", "multiResolutionStft", ""
        "auraloss", "", "freq.MelSTFTLoss", "melDistance", "the filters are given"
        "lightly", "", "BarlowTwinsLoss", "barlowTwins", "`unbiased`; `lambda_param`: `lambda`"
        "lightly", "", "VICRegLoss", "vicReg", "`lambda_param`, `mu_param`, `nu_param`: `Invariance`, `Variance`, `Covariance`"
        "lightly", "", "DCLLoss, DCLWLoss", "decoupledContrastive", "`sigma` of the second"
        "lightly", "", "SwaVLoss, SwaVPrototypes", "swav sinkhornCodes", ""
        "lightly", "", "DINOLoss", "dino", "the centre is given"
        "lightly", "", "NegativeCosineSimilarity", "simSiam", "the second is detached"
        "geomloss", "", "SamplesLoss(\"sinkhorn\")", "sinkhornDivergence entropicTransport", "`blur`: √ε; `debias=False`: the second"
        "geomloss", "", "SamplesLoss(\"energy\"), SamplesLoss(\"gaussian\")", "energyDistance maximumMeanDiscrepancy", "half of it"
        "pot", "", "ot.wasserstein_1d", "wasserstein1d", ""
        "pot", "", "ot.sliced_wasserstein_distance", "slicedWasserstein", "the directions are given; `p` 2 and `root`"
    ]

let private titles =
    dict
        [
            "pytorch", "PyTorch"
            "torchvision", "torchvision"
            "keras", "Keras"
            "optax", "optax"
            "kornia", "Kornia"
            "liger", "Liger-Kernel and trl"
            "scoringrules", "scoringrules"
            "timm", "timm"
            "pml", "PyTorch Metric Learning"
            "torchmetrics", "TorchMetrics"
            "auraloss", "auraloss"
            "lightly", "lightly"
            "geomloss", "GeomLoss"
            "pot", "POT"
        ]

// The folder of a library's cases.
let private folder library = if library = "liger" then "liger_trl" else library

let private ours =
    typeof<Losses.Huber>.Assembly.GetTypes()
    |> Seq.filter (fun kind -> kind.IsPublic && kind.IsAbstract && kind.IsSealed)
    |> Seq.collect _.GetMethods(BindingFlags.Public ||| BindingFlags.Static)
    |> Seq.map _.Name
    |> Set.ofSeq

let private methods =
    [ typeof<Losses.CSharp.Loss>; typeof<Losses.CSharp.Activations>; typeof<Losses.CSharp.Similarity> ]
    |> List.collect (fun kind -> [ for m in kind.GetMethods(BindingFlags.Public ||| BindingFlags.Static) -> $"{kind.Name}.{m.Name}" ])
    |> List.distinct

// That of its name, or the overload that its target chooses.
let private inCSharp (name: string) : string option =
    let find (name: string) =
        methods
        |> List.tryFind (fun m -> String.Equals(m.Substring(m.IndexOf '.' + 1), name, StringComparison.OrdinalIgnoreCase))

    find name
    |> Option.orElse (find (name.Replace("WithProbabilities", "").Replace("WithLabels", "").Replace("balancedB", "b")))

let private named (functions: string) = functions.Split ' '

let private text =
    let line (_, _, theirs: string, functions: string, note: string) =
        let list (names: string seq) = String.Join(", ", names |> Seq.map (fun name -> $"`{name}`"))
        let inCSharp = named functions |> Seq.choose inCSharp |> Seq.distinct
        $"| `{theirs}` | {list (named functions)} | {list inCSharp} | {note} |\n"

    let section (library: string, rows) =
        $"\n## {titles[library]}\n\n| theirs | F# | C# | options |\n| --- | --- | --- | --- |\n"
        + String.Join("", List.map line rows)

    "# From other libraries

What a loss is called elsewhere, and here. `Reduce.mean`, `.Mean()`, and what else reduces are calls of their own, as are weights and masks. A test holds the
names to the functions, and the losses to what those libraries compute, where their tests and documentation say it;
`LOSSES_APPROVE=1 dotnet test tests/Properties -c Release --filter FullyQualifiedName~Migration` writes this file.
"
    + String.Join("", rows |> List.groupBy (fun (library, _, _, _, _) -> library) |> List.map section)

[<Fact>]
let ``each of our functions is one, in F# and in C#`` () =
    let missing =
        [
            for _, _, theirs, functions, _ in rows do
                for name in named functions do
                    if not (ours.Contains name && (inCSharp name).IsSome) then
                        $"{theirs}: {name}"
        ]

    Assert.Empty missing

[<Fact>]
let ``each loss of these libraries that is covered has a row, and each row's cases are covered`` () =
    let listed =
        [
            for library, loss, _, _, _ in rows do
                if loss <> "" then
                    $"{folder library}/{loss}"
        ]

    Assert.Empty(listed |> List.filter (fun key -> not (Table.losses.ContainsKey key) && not (key.StartsWith "pytorch/")))

    // Those that go one after another are in one row there: preferences, policies and boxes of pairs.
    let libraries = [ "keras"; "optax"; "kornia" ]

    let covered =
        Table.losses
        |> Map.keys
        |> Seq.filter (fun key -> libraries |> List.exists (fun library -> key.StartsWith(library + "/")))
        |> Seq.toList

    Assert.Empty(covered |> List.filter (fun key -> not (List.contains key listed)))

[<Fact>]
let ``the table of the documentation is this one`` () =
    let path = Path.Combine(ReadmeFSharp.rootFrom (DirectoryInfo AppContext.BaseDirectory), "docs", "migration.md")

    if Environment.GetEnvironmentVariable "LOSSES_APPROVE" = "1" then
        File.WriteAllText(path, text)

    Assert.Equal(text, File.ReadAllText(path).ReplaceLineEndings "\n")
