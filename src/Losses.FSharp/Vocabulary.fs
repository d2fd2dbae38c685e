namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// <summary>One cluster of rare classes of an adaptive softmax: a projection to fewer features, and the scores of its classes from those.</summary>
[<NoComparison; NoEquality>]
type AdaptiveCluster<'T> =
    {
        /// (H, D)
        Projection: 'T
        /// (classes of the cluster, H)
        Output: 'T
    }

/// <summary>The parameters of an adaptive softmax: frequent classes have scores of their own, rare ones share one with their cluster.</summary>
[<NoComparison; NoEquality>]
type AdaptiveSoftmax<'T> =
    {
        /// The first class of each cluster, ascending; the classes before are frequent ones.
        Cutoffs: int[]
        /// (frequent classes + clusters, D)
        Head: 'T
        /// (frequent classes + clusters), or the number 0.
        HeadBias: 'T
        /// One for each of the cutoffs.
        Clusters: AdaptiveCluster<'T>[]
    }

/// Cross-entropy over so many classes that their logits are not stored.
[<AutoOpen>]
module Vocabulary =

    /// chunk of <c>linearCrossEntropy</c> where none is given.
    [<Literal>]
    let LinearCrossEntropyChunk = 1024

    let private matrix (name: string) (shape: Shape) =
        if shape.Rank <> 2 then
            raise (ArgumentException($"{name} has shape {shape}; it must be a matrix.", name))

    // x Wᵀ + b
    let internal linear (weight: 'T) (bias: 'T) (x: 'T) : 'T :> ITensor<'T> = Notation.(+) (productsOfRows weight x) bias

    let internal checkBias (name: string) (bias: Shape) (weightName: string) (weight: Shape) =
        if bias <> Shape.Scalar then
            Check.shape name bias (Shape [| weight[0] |]) (fun () -> $"{weightName} has shape {weight}")

    // A cross-entropy of x Wᵀ + b for each row, not rounded: its definition, or an engine's kernel for it.
    let private linearRows
        (options: CrossEntropyOptions)
        (chunk: int)
        (labels: Labels)
        (definition: 'T[] -> 'T)
        (rows: 'T)
        (weight: 'T)
        (bias: 'T)
        : 'T :> ITensor<'T> =
        let kernel (labels: Labels) = crossEntropyKernel options labels (Shape [| labels.Shape[0]; weight.Shape[0] |])
        // Checks the options, also where there is no row.
        kernel labels |> ignore
        'T.Fuse(LinearRows(Func<Labels, LabelledRows> kernel, labels, chunk), [| rows; weight; bias |], Func<'T[], 'T> definition)

    let internal checkChunk (chunk: int) =
        if chunk < 1 then
            raise (ArgumentOutOfRangeException(nameof chunk, $"chunk is {Check.number chunk}, but it must be at least 1."))

    // What is made of some rows at a time.
    let internal byChunk (chunk: int) (rows: int) (some: int -> int -> 'T) : 'T :> ITensor<'T> =
        let starts = [| 0..chunk .. max 0 (rows - 1) |]
        let part start = some start (min chunk (rows - start))
        if starts.Length = 1 then part 0 else 'T.Concatenate(ReadOnlySpan(Array.map part starts), 0)

    // The same, of labels that have been checked: the definition, a chunk at a time, which an engine may know by name.
    let internal linearChunks
        (options: CrossEntropyOptions)
        (chunk: int)
        (labels: Labels)
        (rows: 'T)
        (weight: 'T)
        (bias: 'T)
        : 'T :> ITensor<'T> =
        let n = rows.Shape[0]
        let indices = labels.Indices.ToArray()

        let definition (parameters: 'T[]) : 'T =
            byChunk chunk n (fun start count ->
                let part = Labels(ReadOnlySpan<int>(indices, start, count), Shape [| count |])
                let values (x: 'T[]) = (linear x[1] x[2] x[0] |> crossEntropy options part).Values
                'T.Recompute(Func<'T[], 'T> values, [| 'T.Slice(parameters[0], 0, start, count); parameters[1]; parameters[2] |]))

        linearRows options chunk labels definition rows weight bias

    /// <summary>The last linear layer and cross-entropy in one: the logits of some rows are computed, used for the value and the gradients, and
    /// forgotten.</summary>
    /// <param name="options">Class weights, the label to ignore, label smoothing.</param>
    /// <param name="chunk">How many rows at a time, at most; at least 1. Of many classes it is fewer.</param>
    /// <param name="labels">Class indices: (N), or () for one row.</param>
    /// <param name="bias">(C), or the number 0.</param>
    /// <param name="weight">(C, D)</param>
    /// <param name="input">(N, D), or (D) for one row.</param>
    /// <returns>Nats, one for each label. A mean divides by the sum of the weights of the labels.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class, and not the one to ignore; it says which, where. Or
    /// <paramref name="chunk"/> is less than 1.</exception>
    /// <remarks>crossEntropy(input · weightᵀ + bias). Source: torch.nn.functional.linear_cross_entropy.</remarks>
    let linearCrossEntropy
        (options: CrossEntropyOptions)
        (chunk: int)
        (labels: Labels)
        (bias: 'T)
        (weight: 'T)
        (input: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        checkChunk chunk
        Check.notNull (nameof options) options
        Check.notNull (nameof labels) labels
        Check.notNull (nameof bias) bias
        Check.notNull (nameof weight) weight
        Check.notNull (nameof input) input
        matrix (nameof weight) weight.Shape
        let rows = if input.Shape.Rank = 1 then reshape (input.Shape.Insert(0, 1)) input else input
        matrix (nameof input) rows.Shape
        Check.lengths (nameof input) rows.Shape [| rows.Shape[0]; weight.Shape[1] |] (fun () -> $"weight has shape {weight.Shape}")
        checkBias (nameof bias) bias.Shape (nameof weight) weight.Shape
        Check.shape (nameof labels) labels.Shape (input.Shape.Without -1) (fun () -> $"input has shape {input.Shape}")
        let n = rows.Shape[0]
        // Checked against the logits' shape before any of them exists; this also names the place of a wrong label in the whole.
        let options = { options.Checked() with ClassAxis = 1 }
        let whole = labels.Reshape(Shape [| n |]).Checked(weight.Shape[0], options.IgnoreIndex, nameof labels)
        let values = linearChunks { options with IgnoreIndex = -1 } chunk whole rows weight bias |> 'T.Round

        withWeights
            (whole.Reshape labels.Shape)
            options.ClassWeights
            (labelWeights input options.ClassWeights (whole.Reshape labels.Shape))
            (reshape labels.Shape values)

    /// chunk of <c>linearJensenShannon</c> where none is given.
    [<Literal>]
    let LinearJensenShannonChunk = 1024

    /// β of <c>linearJensenShannon</c> where none is given.
    [<Literal>]
    let LinearJensenShannonBeta = 0.5

    /// <summary>The last linear layers of a student and of its teacher and the Jensen–Shannon divergence of their softmaxes in one: the logits of some rows are computed, used,
    /// and forgotten.</summary>
    /// <param name="options">The temperature, whether the loss is multiplied by its square; the class axis is that of the logits.</param>
    /// <param name="beta">β, in [0, 1], as that of <c>jensenShannonOfLogits</c>.</param>
    /// <param name="chunk">How many rows at a time, at most; at least 1.</param>
    /// <param name="targetWeight">The teacher's: (C, E)</param>
    /// <param name="targetInput">The teacher's: (N, E)</param>
    /// <param name="weight">(C, D)</param>
    /// <param name="input">(N, D)</param>
    /// <returns>Nats, at least 0, one for each row. A mean divides by their number.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">β is outside [0, 1], the temperature is not finite or not above 0, or <paramref name="chunk"/> is less than 1.</exception>
    /// <remarks>jensenShannonOfLogits(input · weightᵀ, targetInput · targetWeightᵀ). Source: Liger-Kernel's LigerFusedLinearJSD (2024).</remarks>
    let linearJensenShannon
        (options: DistillationOptions)
        (beta: float)
        (chunk: int)
        (targetWeight: 'T)
        (targetInput: 'T)
        (weight: 'T)
        (input: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        checkChunk chunk
        Check.within (nameof beta) 0.0 1.0 beta
        Check.notNull (nameof options) options
        Check.notNull (nameof targetWeight) targetWeight
        Check.notNull (nameof targetInput) targetInput
        Check.notNull (nameof weight) weight
        Check.notNull (nameof input) input
        matrix (nameof weight) weight.Shape
        matrix (nameof input) input.Shape
        matrix (nameof targetWeight) targetWeight.Shape
        matrix (nameof targetInput) targetInput.Shape
        let n, classes = input.Shape[0], weight.Shape[0]
        Check.lengths (nameof input) input.Shape [| n; weight.Shape[1] |] (fun () -> $"weight has shape {weight.Shape}")
        Check.lengths (nameof targetInput) targetInput.Shape [| n; targetInput.Shape[1] |] (fun () -> $"input has shape {input.Shape}")

        Check.lengths (nameof targetWeight) targetWeight.Shape [| classes; targetInput.Shape[1] |] (fun () ->
            $"weight has shape {weight.Shape} and targetInput {targetInput.Shape}")

        Check.notEmptyAxis (nameof weight) weight.Shape 0 "classes"
        let options = { options with ClassAxis = 1 }

        let values (x: 'T[]) : 'T =
            let logits weight rows = linear weight (Notation.num 0.0) rows
            (jensenShannonOfLogits options beta (logits x[3] x[2]) (logits x[1] x[0])).Values

        LossValues(
            byChunk chunk n (fun start count ->
                let part (rows: 'T) : 'T = 'T.Slice(rows, 0, start, count)
                'T.Recompute(Func<'T[], 'T> values, [| part input; weight; part targetInput; targetWeight |]))
        )

    let private checkAdaptive (parameters: AdaptiveSoftmax<'T>) (input: Shape) : int when 'T :> ITensor<'T> =
        let name = "parameters"
        Check.notNull name parameters
        Check.notNull "parameters.Cutoffs" parameters.Cutoffs
        Check.notNull "parameters.Head" parameters.Head
        Check.notNull "parameters.HeadBias" parameters.HeadBias
        Check.notNull "parameters.Clusters" parameters.Clusters
        let cutoffs, head = parameters.Cutoffs, parameters.Head.Shape

        if cutoffs.Length = 0 || cutoffs[0] < 1 || Seq.exists (fun (low, high) -> low >= high) (Seq.pairwise cutoffs) then
            let listed = String.Join(", ", Array.map (int64 >> Check.number) cutoffs)
            raise (ArgumentException($"the cutoffs ({listed}) must be at least one, above 0 and ascending.", name))

        matrix "parameters.Head" head

        Check.lengths "parameters.Head" head [| cutoffs[0] + cutoffs.Length; input[-1] |] (fun () ->
            $"input has shape {input}, with {cutoffs.Length} clusters")

        checkBias "parameters.HeadBias" parameters.HeadBias.Shape "parameters.Head" head

        if parameters.Clusters.Length <> cutoffs.Length then
            raise (
                ArgumentException(
                    $"there are {cutoffs.Length} cutoffs but {parameters.Clusters.Length} clusters; they must be equal.",
                    name
                )
            )

        parameters.Clusters
        |> Array.iteri (fun i cluster ->
            Check.notNull $"parameters.Clusters[{i}]" cluster
            Check.notNull $"parameters.Clusters[{i}].Projection" cluster.Projection
            Check.notNull $"parameters.Clusters[{i}].Output" cluster.Output
            let projection, output = cluster.Projection.Shape, cluster.Output.Shape
            matrix $"parameters.Clusters[{i}].Projection" projection
            matrix $"parameters.Clusters[{i}].Output" output

            Check.lengths $"parameters.Clusters[{i}].Projection" projection [| projection[0]; input[-1] |] (fun () ->
                $"input has shape {input}")

            Check.lengths $"parameters.Clusters[{i}].Output" output [| output[0]; projection[0] |] (fun () ->
                $"the projection has shape {projection}")

            if i + 1 < cutoffs.Length then
                Check.lengths $"parameters.Clusters[{i}].Output" output [| cutoffs[i + 1] - cutoffs[i]; output[1] |] (fun () ->
                    "the cutoffs say how many classes it has"))

        cutoffs[cutoffs.Length - 1] + parameters.Clusters[cutoffs.Length - 1].Output.Shape[0]

    let private headLogs (parameters: AdaptiveSoftmax<'T>) (rows: 'T) : 'T :> ITensor<'T> =
        linear parameters.Head parameters.HeadBias rows |> logSoftmax 1

    let private clusterLogs (cluster: AdaptiveCluster<'T>) (rows: 'T) : 'T :> ITensor<'T> =
        rows |> linear cluster.Projection (Notation.num 0.0) |> linear cluster.Output (Notation.num 0.0) |> logSoftmax 1

    let private asRows (input: 'T) : 'T :> ITensor<'T> =
        let rows = if input.Shape.Rank = 1 then reshape (input.Shape.Insert(0, 1)) input else input
        matrix "input" rows.Shape
        rows

    /// <summary>The logarithms of the probabilities of all classes under an adaptive softmax.</summary>
    /// <param name="parameters">Cutoffs, head and clusters.</param>
    /// <param name="input">(N, D), or (D) for one row.</param>
    /// <returns>(N, C), or (C).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <remarks>Source: Grave et al. (2017); torch.nn.AdaptiveLogSoftmaxWithLoss.log_prob (PyTorch 2.10).</remarks>
    let adaptiveLogProbabilities (parameters: AdaptiveSoftmax<'T>) (input: 'T) : 'T :> ITensor<'T> =
        Check.notNull (nameof input) input
        let rows = asRows input
        let classes = checkAdaptive parameters rows.Shape
        let head = headLogs parameters rows
        let frequent = parameters.Cutoffs[0]

        let rare i cluster = Notation.(+) ('T.Slice(head, 1, frequent + i, 1)) (clusterLogs cluster rows) |> whole
        let parts = Array.append [| 'T.Slice(head, 1, 0, frequent) |] (Array.mapi rare parameters.Clusters)
        'T.Concatenate(ReadOnlySpan parts, 1) |> reshape (input.Shape.With(-1, classes))

    /// <summary>Cross-entropy under an adaptive softmax: the clusters that no label is in cost nothing.</summary>
    /// <param name="parameters">Cutoffs, head and clusters; tensors like any other, so that gradients by them follow.</param>
    /// <param name="labels">Class indices: (N), or () for one row.</param>
    /// <param name="input">(N, D), or (D) for one row.</param>
    /// <returns>Nats, one for each label: minus what PyTorch calls the output.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    /// <remarks>−log p of the label: the head's for a frequent class, else that of the cluster plus that in the cluster.
    /// Source: Grave et al. (2017); torch.nn.AdaptiveLogSoftmaxWithLoss (PyTorch 2.10).</remarks>
    let adaptiveLogSoftmaxWithLoss (parameters: AdaptiveSoftmax<'T>) (labels: Labels) (input: 'T) : LossValues<'T> when 'T :> ITensor<'T> =
        Check.notNull (nameof labels) labels
        Check.notNull (nameof input) input
        let rows = asRows input
        let classes = checkAdaptive parameters rows.Shape
        Check.shape (nameof labels) labels.Shape (input.Shape.Without -1) (fun () -> $"input has shape {input.Shape}")
        let indices = labels.Checked(classes, nameof labels).Indices.ToArray()
        let cutoffs = parameters.Cutoffs
        let frequent = cutoffs[0]
        // 0 for a frequent class, i + 1 for one of cluster i.
        let groupOf label = cutoffs |> Array.filter (fun low -> low <= label) |> Array.length

        // −log p of the labels, a column.
        let negativeLog weight bias (labels: int[]) (rows: 'T) : 'T =
            let column = Shape [| labels.Length; 1 |]

            let definition (x: 'T[]) : 'T =
                let own = 'T.Gather(linear x[1] x[2] x[0] |> logSoftmax 1, 1, Labels(ReadOnlySpan<int> labels, column))
                Notation.(-) (Notation.num 0.0) own |> reshape (Shape [| labels.Length |])

            linearRows CrossEntropyOptions.Default LinearCrossEntropyChunk (Labels labels) definition rows weight bias
            |> reshape column

        let headIndex = indices |> Array.map (fun label -> if label < frequent then label else frequent + groupOf label - 1)
        let own = negativeLog parameters.Head parameters.HeadBias headIndex rows

        let within i cluster =
            let members =
                [|
                    for n in 0 .. indices.Length - 1 do
                        if groupOf indices[n] = i + 1 then
                            n
                |]

            let pick width = Labels(ReadOnlySpan<int>(members |> Array.collect (Array.create width)), Shape [| members.Length; width |])
            let local = members |> Array.map (fun n -> indices[n] - cutoffs[i])
            let hidden = 'T.Gather(rows, 0, pick rows.Shape[1]) |> linear cluster.Projection (Notation.num 0.0)
            members, negativeLog cluster.Output (Notation.num 0.0) local hidden

        let parts = parameters.Clusters |> Array.mapi within |> Array.filter (fun (members, _) -> members.Length > 0)

        let inCluster =
            if parts.Length = 0 then
                Notation.num 0.0
            else
                // Each row's place among the parts, −1 (which gathers 0) where it has none.
                let places = Array.create indices.Length -1
                parts |> Seq.collect fst |> Seq.iteri (fun place n -> places[n] <- place)

                'T
                    .Gather(
                        'T.Concatenate(ReadOnlySpan(Array.map snd parts), 0),
                        0,
                        Labels(ReadOnlySpan<int> places, Shape [| indices.Length; 1 |])
                    )

        LossValues(Notation.(+) own inCluster |> whole |> reshape labels.Shape)
