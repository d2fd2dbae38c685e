namespace Losses.Tests

open System
open FsCheck
open FsCheck.FSharp
open Losses
open Losses.FSharp

/// A loss of numbers: as its definition says it, and as its public function does it.
type Definition =
    abstract Scalar<'T when 'T :> IReal<'T>> : prediction: 'T * target: 'T -> 'T
    abstract Tensor<'T when 'T :> ITensor<'T>> : prediction: 'T * target: 'T -> LossValues<'T>

/// What a record promises of its loss; each is tested, its negation as well.
type Law =
    /// Never below 0, and no −0.
    | NonNegative
    /// 0, of slope 0, where prediction and target are equal, and nowhere else but by underflow.
    | Distance
    /// Prediction and target can be swapped.
    | Symmetric
    /// Swapping prediction and target changes the value.
    | Asymmetric
    /// A function of prediction − target.
    | OfDifference
    /// Convex in the prediction.
    | Convex
    | NotConvex
    /// No slope is steeper.
    | Lipschitz of float

/// A loss of one element of a prediction and one of a target; a function that goes before a loss has no use for the target.
type Elementwise =
    {
        Name: string
        /// The public functions this is a record of.
        Functions: string list
        Formula: string
        Definition: Definition
        /// The whole domain: prediction and target.
        Inputs: Engine -> Gen<float * float>
        Laws: Law list
        /// The largest of the terms that the value, the slope and the curvature are sums of: where they cancel, it is their ulp that count.
        Terms: float -> float -> float * float * float
    }

    override x.ToString() = x.Name

/// Options that row losses are tried with.
type RowOptions =
    {
        Weighted: bool
        Smoothing: float
    }

    /// Weights of so many classes, a 0 among them.
    member x.Weights(classes: int) : float[] =
        if x.Weighted then
            Array.init classes (fun c -> float ((c * 7 + 3) % 5) / 2.0)
        else
            Array.create classes 1.0

/// A loss of rows: of logits and a label, of logits and a second row, or of logits alone.
type RowDefinition =
    /// The loss of rows along axis 1, of shape (N, C).
    abstract Tensor<'T when 'T :> ITensor<'T>> : x: 'T * second: 'T * labels: Labels -> LossValues<'T>
    /// The values of one row, from the mathematics; slow, and without cancellation. The largest element is that of x.
    abstract Row<'T when 'T :> IReal<'T>> : x: 'T[] * second: 'T[] * label: int * largest: int -> 'T[]

/// A loss that looks across a row.
type Rowwise =
    {
        Name: string
        Functions: string list
        Formula: string
        Definition: RowDefinition
        /// Rows of so many classes.
        Row: Engine -> int -> Gen<float[]>
        /// What goes with it: other logits, or a distribution.
        Second: Engine -> int -> Gen<float[]>
        Laws: Law list
        /// How large the terms of the value are, where terms of both signs meet, given both rows; 0 where they do not.
        Terms: float[] -> float[] -> float
        /// The same of the slope by an element of the row.
        SlopeTerms: float[] -> float[] -> int -> float
    }

    override x.ToString() = x.Name

module Registry =

    let private noTerms (_: float) (_: float) = 0.0, 0.0, 0.0

    let private elementwise (name: string) (functions: string list) formula inputs laws terms definition =
        {
            Name = name
            Functions = functions
            Formula = formula
            Definition = definition
            Inputs = inputs
            Laws = laws
            Terms = terms
        }

    let private prediction = Gen.map (fun (x: float) -> x, 0.0)

    let private probabilities (engine: Engine) =
        Generators.related engine (Generators.probability engine) (Generators.probability engine)
        |> Gen.filter (fun (p, t) -> p >= 0.0 && p <= 1.0 && t >= 0.0 && t <= 1.0)

    let private logits (engine: Engine) = Gen.zip (Generators.finite engine) (Generators.probability engine)

    let private l1Record =
        elementwise
            "l1"
            [ "l1" ]
            "|x − t|"
            Generators.pair
            [ NonNegative; Distance; Symmetric; OfDifference; Convex; Lipschitz 1.0 ]
            noTerms
            { new Definition with
                member _.Scalar(x, t) = (L1() :> IPointwise).Apply(x, t)
                member _.Tensor(x, t) = l1 t x
            }

    let private mseRecord =
        elementwise
            "mse"
            [ "mse" ]
            "(x − t)²"
            Generators.pair
            [ NonNegative; Distance; Symmetric; OfDifference; Convex ]
            noTerms
            { new Definition with
                member _.Scalar(x, t) = (MSE() :> IPointwise).Apply(x, t)
                member _.Tensor(x, t) = mse t x
            }

    let private smoothL1Record (beta: float) =
        elementwise
            $"smoothL1 beta {beta}"
            [ "smoothL1" ]
            "½d²/β where |d| < β, else |d| − ½β, with d = x − t"
            Generators.pair
            [ NonNegative; Distance; Symmetric; OfDifference; Convex; Lipschitz 1.0 ]
            noTerms
            { new Definition with
                member _.Scalar(x, t) = (SmoothL1 beta :> IPointwise).Apply(x, t)
                member _.Tensor(x, t) = smoothL1 beta t x
            }

    let private huberRecord (delta: float) =
        elementwise
            $"huber delta {delta}"
            [ "huber" ]
            "½d² where |d| < δ, else δ(|d| − ½δ), with d = x − t"
            Generators.pair
            [ NonNegative; Distance; Symmetric; OfDifference; Convex; Lipschitz delta ]
            noTerms
            { new Definition with
                member _.Scalar(x, t) = (Huber delta :> IPointwise).Apply(x, t)
                member _.Tensor(x, t) = huber delta t x
            }

    let private bceRecord =
        elementwise
            "bce"
            [ "bce" ]
            "−t log p − (1 − t) log(1 − p), each logarithm at least −100"
            probabilities
            [ NonNegative; Asymmetric ]
            // The curvature is that of (p − t) / (p (1 − p)), whose two terms cancel near t.
            (fun p t ->
                let variance = max (p * (1.0 - p)) 1e-12
                0.0, 0.0, 1.0 / variance + abs (p - t) / (variance * variance))
            { new Definition with
                member _.Scalar(p, t) = (BCE() :> IPointwise).Apply(p, t)
                member _.Tensor(p, t) = bce t p
            }

    // Where no logarithm is clamped.
    let private bceInside =
        { bceRecord with
            Name = "bce inside"
            Inputs = fun engine -> probabilities engine |> Gen.filter (fun (p, _) -> p > 1e-30 && p < 1.0)
            Laws = [ NonNegative; Convex ]
        }

    let private bceWithLogitsRecord =
        elementwise
            "bceWithLogits"
            [ "bceWithLogits" ]
            "t softplus(−x) + (1 − t) softplus(x)"
            logits
            [ NonNegative; Asymmetric; Convex; Lipschitz 1.0 ]
            (fun _ _ -> 0.0, 1.0, 0.0)
            { new Definition with
                member _.Scalar(x, t) = (BCEWithLogits() :> IPointwise).Apply(x, t)
                member _.Tensor(x, t) = bceWithLogits t x
            }

    // A hard target leaves one term: nothing cancels.
    let private bceWithHardTargets =
        { bceWithLogitsRecord with
            Name = "bceWithLogits of hard targets"
            Inputs = fun engine -> Gen.zip (Generators.finite engine) (Gen.elements [ 0.0; 1.0 ])
            Terms = noTerms
        }

    let private balancedRecord (weight: float) =
        elementwise
            $"balancedBceWithLogits of weight {weight}"
            [ "balancedBceWithLogits" ]
            "w t softplus(−x) + (1 − t) softplus(x)"
            logits
            [ NonNegative; Asymmetric; Convex; Lipschitz(max 1.0 weight) ]
            (fun _ _ -> 0.0, max 1.0 weight, 0.0)
            { new Definition with
                member _.Scalar(x, t) = (BalancedBCEWithLogits() :> IPointwise3).Apply(x, t, Notation.num weight)

                member _.Tensor(x, t) = balancedBceWithLogits (Weights.op_Implicit weight) t x
            }

    let private klDivRecord =
        elementwise
            "klDiv"
            [ "klDiv" ]
            "t (log t − x)"
            (fun engine -> Gen.zip (Generators.finite engine) (Generators.probability engine) |> Gen.map (fun (x, t) -> -(abs x), t))
            [ Convex ]
            (fun x t -> (if t = 0.0 then 0.0 else t * (abs (log t) + abs x)), 0.0, 0.0)
            { new Definition with
                member _.Scalar(x, t) = (KLDiv() :> IPointwise).Apply(x, t)
                member _.Tensor(x, t) = klDiv false t x
            }

    let private klDivOfLogsRecord =
        elementwise
            "klDiv of logarithms"
            [ "klDiv" ]
            "eᵗ (t − x)"
            (fun engine -> Generators.pair engine |> Gen.map (fun (x, t) -> -(abs x), -(abs t)))
            [ Asymmetric; Convex ]
            noTerms
            { new Definition with
                member _.Scalar(x, t) = (KLDivOfLogs() :> IPointwise).Apply(x, t)
                member _.Tensor(x, t) = klDiv true t x
            }

    let private sigmoidRecord =
        elementwise
            "sigmoid"
            [ "sigmoid" ]
            "1 / (1 + e⁻ˣ)"
            (Generators.finite >> prediction)
            // σ(x) σ(−x) is rounded three times: its largest, ¼, may come out an ulp above.
            [ NonNegative; NotConvex; Lipschitz(Double.BitIncrement 0.25) ]
            // The curvature, σ(x) σ(−x) tanh ½x, is a product of three.
            (fun x _ -> 0.0, 0.0, abs (tanh (x / 2.0)) / (2.0 * cosh (x / 2.0)) ** 2.0)
            { new Definition with
                member _.Scalar(x, _) = sigmoid x
                member _.Tensor(x, _) = LossValues(sigmoid x)
            }

    let private logSigmoidRecord =
        elementwise
            "logSigmoid"
            [ "logSigmoid" ]
            "−log(1 + e⁻ˣ)"
            (Generators.finite >> prediction)
            [ NotConvex; Lipschitz 1.0 ]
            noTerms
            { new Definition with
                member _.Scalar(x, _) = logSigmoid x
                member _.Tensor(x, _) = LossValues(logSigmoid x)
            }

    let private softplusRecord =
        elementwise
            "softplus"
            [ "softplus" ]
            "log(1 + eˣ)"
            (Generators.finite >> prediction)
            [ NonNegative; Convex; Lipschitz 1.0 ]
            noTerms
            { new Definition with
                member _.Scalar(x, _) = Activations.softplus x
                member _.Tensor(x, _) = LossValues(Activations.softplus x)
            }

    let elementwiseLosses: Elementwise list =
        [
            l1Record
            mseRecord
            smoothL1Record 0.0
            smoothL1Record 1.0
            smoothL1Record 2.5
            // 1 / β is infinite.
            smoothL1Record 1e-310
            huberRecord 0.5
            huberRecord 1.0
            huberRecord 3.0
            bceRecord
            bceInside
            bceWithLogitsRecord
            bceWithHardTargets
            balancedRecord 0.0
            balancedRecord 2.5
            klDivRecord
            klDivOfLogsRecord
            sigmoidRecord
            logSigmoidRecord
            softplusRecord
        ]

    let private number (value: float) : 'T :> IReal<'T> = Notation.num value

    // log Σ exp − the largest, from the other elements alone.
    let private excess (x: 'T[]) (largest: int) : 'T :> IReal<'T> =
        let others =
            x
            |> Array.indexed
            |> Array.filter (fun (j, _) -> j <> largest)
            |> Array.fold (fun sum (_, y) -> Notation.(+) sum (Notation.exp (Notation.(-) y x[largest]))) (number 0.0)

        Notation.log1p others

    let private logSoftmaxOf (x: 'T[]) (largest: int) : 'T[] when 'T :> IReal<'T> =
        let excess = excess x largest

        Array.init x.Length (fun k -> if k = largest then Notation.(~-) excess else Notation.(-) (Notation.(-) x[k] x[largest]) excess)

    let private total (terms: 'T seq) : 'T :> IReal<'T> = Seq.fold (fun sum term -> Notation.(+) sum term) (number 0.0) terms

    let private crossEntropyOf (targets: 'T[]) (x: 'T[]) (largest: int) : 'T :> IReal<'T> =
        let logs = logSoftmaxOf x largest
        Notation.(~-) (Seq.map2 Notation.weigh targets logs |> total)

    let private weights (options: RowOptions) (classes: int) =
        if options.Weighted then Weights.op_Implicit (options.Weights classes) else Weights.None

    let private rowwise name functions formula row second laws (terms, slopeTerms) definition =
        {
            Name = name
            Functions = functions
            Formula = formula
            Definition = definition
            Row = row
            Second = second
            Laws = laws
            Terms = terms
            SlopeTerms = slopeTerms
        }

    let private logitRow (engine: Engine) (classes: int) =
        // Differences of logits, and the sums of a thousand of them, stay finite.
        Generators.row (Generators.finite engine) engine classes
        |> Gen.filter (Array.forall (fun x -> abs x <= engine.Largest / 4096.0))

    let private nothingCancels = (fun (_: float[]) (_: float[]) -> 0.0), (fun (_: float[]) (_: float[]) (_: int) -> 0.0)

    // Terms that count with a weight of so much at most.
    let private weighed (size: float) = (fun (_: float[]) (_: float[]) -> size), (fun (_: float[]) (_: float[]) (_: int) -> size)

    let private noSecond (_: Engine) (classes: int) = Gen.constant (Array.create classes 0.0)

    let private moderateSecond (engine: Engine) (classes: int) = Gen.arrayOfLength classes (Generators.moderate engine)

    let private distributions (engine: Engine) (classes: int) = Generators.distribution classes |> Gen.map (Array.map engine.Round)

    let private describe (name: string) (options: RowOptions) =
        match options.Weighted, options.Smoothing with
        | false, 0.0 -> name
        | true, 0.0 -> $"{name} with class weights"
        | false, smoothing -> $"{name} smoothed by {smoothing}"
        | true, smoothing -> $"{name} with class weights, smoothed by {smoothing}"

    let private nllRecord (options: RowOptions) =
        rowwise
            (describe "nll" options)
            [ "nll" ]
            "−w_y log p_y"
            (fun engine classes -> logitRow engine classes |> Gen.map (Array.map (fun x -> -(abs x))))
            noSecond
            [ NonNegative; Convex ]
            nothingCancels
            { new RowDefinition with
                member _.Tensor(x, _, labels) = nll { NLLOptions.Default with ClassWeights = weights options x.Shape[1] } labels x

                member _.Row(x, _, label, _) =
                    let weights = options.Weights x.Length
                    [| Notation.(~-) (Notation.weigh (number weights[label]) x[label]) |]
            }

    let private crossEntropyRecord (options: RowOptions) =
        rowwise
            (describe "crossEntropy" options)
            [ "crossEntropy" ]
            "(1 − ε)(−w_y log p_y) + (ε / C) Σ_c (−w_c log p_c), p = softmax x"
            logitRow
            noSecond
            [ NonNegative; Convex; Lipschitz 1.0 ]
            (weighed (if options.Smoothing = 0.0 then 0.0 else 2.0))
            { new RowDefinition with
                member _.Tensor(x, _, labels) =
                    crossEntropy
                        { CrossEntropyOptions.Default with
                            ClassWeights = weights options x.Shape[1]
                            LabelSmoothing = options.Smoothing
                        }
                        labels
                        x

                member _.Row(x, _, label, largest) =
                    let share = Notation.(/) (number options.Smoothing) (number (float x.Length))
                    let own = Notation.(-) (number 1.0) (number options.Smoothing)

                    let targets =
                        options.Weights x.Length
                        |> Array.mapi (fun c weight ->
                            let target = if c = label then Notation.(+) own share else share
                            Notation.(*) (number weight) target)

                    [| crossEntropyOf targets x largest |]
            }

    let private crossEntropyWithProbabilitiesRecord (options: RowOptions) =
        rowwise
            (describe "crossEntropyWithProbabilities" options)
            [ "crossEntropyWithProbabilities" ]
            "−Σ_c w_c ((1 − ε) t_c + ε / C) log p_c, p = softmax x"
            logitRow
            distributions
            [ NonNegative; Convex ]
            (weighed 2.0)
            { new RowDefinition with
                member _.Tensor(x, second, _) =
                    crossEntropyWithProbabilities
                        { CrossEntropyOptions.Default with
                            ClassWeights = weights options x.Shape[1]
                            LabelSmoothing = options.Smoothing
                        }
                        second
                        x

                member _.Row(x, second, _, largest) =
                    let share = Notation.(/) (number options.Smoothing) (number (float x.Length))
                    let own = Notation.(-) (number 1.0) (number options.Smoothing)

                    let targets =
                        options.Weights x.Length
                        |> Array.mapi (fun c weight -> Notation.(*) (number weight) (Notation.(+) (Notation.(*) own second[c]) share))

                    [| crossEntropyOf targets x largest |]
            }

    let private softmaxRecord =
        rowwise
            "softmax"
            [ "softmax" ]
            "exp x / Σ exp"
            logitRow
            noSecond
            [ NonNegative ]
            (weighed 0.5)
            { new RowDefinition with
                member _.Tensor(x, _, _) = LossValues(softmax 1 x)
                member _.Row(x, _, _, largest) = logSoftmaxOf x largest |> Array.map Notation.exp
            }

    let private softminRecord =
        rowwise
            "softmin"
            [ "softmin" ]
            "exp(−x) / Σ exp(−x)"
            logitRow
            noSecond
            [ NonNegative ]
            (weighed 0.5)
            { new RowDefinition with
                member _.Tensor(x, _, _) = LossValues(softmin 1 x)

                member _.Row(x, _, _, _) =
                    // The largest of −x, wherever that is.
                    let negated = Array.map Notation.(~-) x
                    let largest = Array.reduce (fun a b -> Notation.max a b) negated
                    let parts = Array.map (fun y -> Notation.exp (Notation.(-) y (Notation.detach largest))) negated
                    Array.map (fun part -> Notation.(/) part (total parts)) parts
            }

    let private logSoftmaxRecord =
        rowwise
            "logSoftmax"
            [ "logSoftmax" ]
            "x − log Σ exp"
            logitRow
            noSecond
            []
            (weighed 1.0)
            { new RowDefinition with
                member _.Tensor(x, _, _) = LossValues(logSoftmax 1 x)
                member _.Row(x, _, _, largest) = logSoftmaxOf x largest
            }

    let private logSumExpRecord =
        rowwise
            "logSumExp"
            [ "logSumExp" ]
            "log Σ exp"
            logitRow
            noSecond
            [ Convex; Lipschitz 1.0 ]
            // The largest logit, and the logarithm of at most so many.
            ((fun x _ -> min (log (float x.Length)) (abs (Array.max x))), (fun _ _ _ -> 0.0))
            { new RowDefinition with
                member _.Tensor(x, _, _) = LossValues(logSumExp 1 x)
                member _.Row(x, _, _, largest) = [| Notation.(+) x[largest] (excess x largest) |]
            }

    let private squares (x: 'T[]) : 'T :> IReal<'T> = x |> Seq.map (fun y -> Notation.(*) y y) |> total

    let private lengthOf (p: float) (x: float[]) =
        if p = infinity then
            Array.max (Array.map abs x)
        else
            (x |> Array.sumBy (fun y -> abs y ** p)) ** (1.0 / p)

    // Longer than ε, by far.
    let private isLong = Array.exists (fun (x: float) -> abs x > 1e-4)

    let private cosineSimilarityRecord =
        rowwise
            "cosineSimilarity"
            [ "cosineSimilarity" ]
            "x₁·x₂ / (‖x₁‖ ‖x₂‖) of vectors longer than ε"
            (fun engine classes -> Generators.row (Generators.moderate engine) engine classes |> Gen.filter isLong)
            (fun engine classes -> moderateSecond engine classes |> Gen.filter isLong)
            [ NotConvex; Symmetric ]
            // The slope is the part of x₂ across x₁, over ‖x₁‖: along it, terms cancel.
            ((fun _ _ -> 1.0), (fun x _ _ -> 1.0 / lengthOf 2.0 x))
            { new RowDefinition with
                member _.Tensor(x, second, _) = LossValues(cosineSimilarity 1 CosineSimilarityEps second x)

                member _.Row(x, second, _, _) =
                    let dot = Seq.map2 (fun a b -> Notation.(*) a b) x second |> total

                    [| Notation.(/) (Notation.(/) dot (Notation.sqrt (squares x))) (Notation.sqrt (squares second)) |]
            }

    let private pairwiseDistanceRecord (p: float) (eps: float) (norm: RowDefinition) =
        rowwise
            $"pairwiseDistance of order {p}, eps {eps}"
            [ "pairwiseDistance" ]
            "‖x₁ − x₂ + ε‖ₚ"
            (fun engine -> Generators.row (Generators.moderate engine) engine)
            moderateSecond
            [
                NonNegative
                Convex
                if eps = 0.0 then
                    Symmetric
            ]
            (if eps = 0.0 then
                 nothingCancels
             else
                 // A difference is rounded before ε is added, which may leave little of it.
                 let sizes = Array.map2 (fun a b -> abs (a - b) + eps)
                 let apart = Array.map2 (fun a b -> a - b + eps)

                 (fun x second -> lengthOf p (sizes x second)),
                 (fun x second k ->
                     let sizes, apart = sizes x second, apart x second
                     let length = lengthOf p apart
                     let share = abs apart[k] / length

                     if p = infinity then
                         0.0
                     else
                         (p - 1.0) * (sizes[k] + share * lengthOf p sizes) * share ** (p - 2.0) / length))
            { new RowDefinition with
                member _.Tensor(x, second, _) = LossValues(pairwiseDistance p eps false second x)

                member _.Row(x, second, label, largest) =
                    let difference = Array.map2 (fun a b -> Notation.(+) (Notation.(-) a b) (number eps)) x second

                    norm.Row(difference, second, label, largest)
            }

    let private norm1 =
        { new RowDefinition with
            member _.Tensor(x, _, _) = LossValues x
            member _.Row(x, _, _, _) = [| x |> Seq.map Notation.abs |> total |]
        }

    let private norm2 =
        { new RowDefinition with
            member _.Tensor(x, _, _) = LossValues x
            member _.Row(x, _, _, _) = [| Notation.sqrt (squares x) |]
        }

    let private norm3 =
        { new RowDefinition with
            member _.Tensor(x, _, _) = LossValues x

            member _.Row(x, _, _, _) =
                let sum = x |> Seq.map (Notation.abs >> Notation.power 3.0) |> total
                // The float64 number next to 1/3 would be no cube root, to 106 bits.
                let root = Notation.exp (Notation.(/) (Notation.log sum) (number 3.0))
                [| Notation.ifLess (number 0.0) sum root (number 0.0) |]
        }

    let private normInfinity =
        { new RowDefinition with
            member _.Tensor(x, _, _) = LossValues x
            member _.Row(x, _, _, _) = [| x |> Seq.map Notation.abs |> Seq.reduce Notation.max |]
        }

    let rowLosses: Rowwise list =
        [
            nllRecord { Weighted = false; Smoothing = 0.0 }
            nllRecord { Weighted = true; Smoothing = 0.0 }
            crossEntropyRecord { Weighted = false; Smoothing = 0.0 }
            crossEntropyRecord { Weighted = true; Smoothing = 0.0 }
            crossEntropyRecord { Weighted = false; Smoothing = 0.1 }
            crossEntropyRecord { Weighted = true; Smoothing = 0.1 }
            crossEntropyWithProbabilitiesRecord { Weighted = false; Smoothing = 0.0 }
            crossEntropyWithProbabilitiesRecord { Weighted = true; Smoothing = 0.25 }
            softmaxRecord
            softminRecord
            logSoftmaxRecord
            logSumExpRecord
            cosineSimilarityRecord
            pairwiseDistanceRecord 1.0 0.0 norm1
            pairwiseDistanceRecord 2.0 0.0 norm2
            pairwiseDistanceRecord 2.0 PairwiseDistanceEps norm2
            pairwiseDistanceRecord 3.0 PairwiseDistanceEps norm3
            pairwiseDistanceRecord infinity 0.0 normInfinity
        ]

    /// The public functions that some record stands for.
    let functions: Set<string> =
        Set.ofSeq (
            Seq.append
                (Seq.collect (fun (record: Elementwise) -> record.Functions) elementwiseLosses)
                (Seq.collect (fun (record: Rowwise) -> record.Functions) rowLosses)
        )

    /// Losses whose laws stand in files of their own, since they take other inputs than a record has: Margins, Distances, Sequences, Vocabularies.
    let elsewhere: Set<string> =
        set
            [
                "softMargin"
                "poissonNLL"
                "gaussianNLL"
                "hingeEmbedding"
                "marginRanking"
                "multiMargin"
                "multiLabelMargin"
                "multiLabelSoftMargin"
                "cosineDistance"
                "cosineEmbedding"
                "tripletMargin"
                "tripletMarginWithDistance"
                "cdist"
                "pdist"
                "ctc"
                "linearCrossEntropy"
                "adaptiveLogProbabilities"
                "adaptiveLogSoftmaxWithLoss"
            ]
