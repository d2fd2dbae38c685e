namespace Losses.Catalogue

open System
open System.Numerics
open Losses
open Losses.FSharp

/// The values of one sample, as the documentation says them. The numbers are given beside the operands, to choose branches by.
type Formula =
    abstract Of<'T when 'T :> IReal<'T>> : operands: 'T[][] * numbers: float[][] * labels: int[] -> 'T[]

/// The values of a batch, as the public function gives them.
type Call =
    abstract Of<'T when 'T :> ITensor<'T>> : operands: 'T[] * labels: int[][] -> LossValues<'T>

/// The same over the caller's memory: the gradient of the mean by the first operand.
type Spans =
    abstract Gradient<'S when 'S: unmanaged and 'S: struct and 'S: (new: unit -> 'S) and 'S :> ValueType and 'S :> IFloatingPointIeee754<'S>> :
        operands: 'S[][] * labels: int[][] * shape: Shape -> 'S[]

/// The struct of a pointwise loss: over any numbers, and as the library runs it over tensors.
type Definition =
    abstract Type: Type
    abstract Loss: IDefinition
    abstract Direct<'T when 'T :> IReal<'T>> : 'T[] -> 'T
    abstract Mapped<'T when 'T :> ITensor<'T>> : 'T[] -> 'T

/// One sample.
type Sample = { Operands: float[][]; Labels: int[] }

/// What an operand's numbers may be.
[<RequireQualifiedAccess>]
type Numbers =
    | Any
    | Probability
    /// −1 and 1.
    | Sign
    | NotNegative
    /// Of a probability or a rate; anything is accepted.
    | Logarithm
    | Positive
    /// What a logarithm is taken of with 1 more.
    | AboveMinusOne
    /// Degrees of freedom that leave a mean.
    | AboveOne
    /// The logarithm of a probability, and checked.
    | NotPositive

    /// What the library checks.
    member numbers.Domain =
        match numbers with
        | Any
        | Logarithm -> Domain.All
        | Probability -> Domain.Probability
        | Sign -> Domain.PlusOrMinusOne
        | NotNegative -> Domain.NotNegative
        | Positive -> Domain.Positive
        | AboveMinusOne -> Domain.Between(Math.BitIncrement -1.0, infinity)
        | NotPositive -> Domain.Between(-infinity, 0.0)
        | AboveOne -> Domain.Between(Math.BitIncrement 1.0, infinity)

    /// Hard ones.
    member numbers.Draw(random: Random, format: Format) =
        match numbers with
        | Any -> Draw.finite random format
        | Probability -> Draw.probability random format
        | Sign -> Draw.sign random
        | NotNegative -> abs (Draw.finite random format)
        | Logarithm
        | NotPositive -> -(abs (Draw.finite random format))
        | Positive -> max format.Least (abs (Draw.finite random format))
        | AboveOne -> max (format.Next 1.0) (abs (Draw.finite random format))
        | AboveMinusOne ->
            if random.Next 2 = 0 then
                abs (Draw.finite random format)
            else
                -(min (Draw.probability random format) (-(format.Next -1.0)))

    /// Of ordinary size, at no end of the domain and at no kink.
    member numbers.Plain(random: Random, format: Format) =
        let between low high = format.Round(low + (high - low) * random.NextDouble())

        match numbers with
        | Any -> between -4.0 4.0
        | Probability -> between 0.03 0.97
        | Sign -> Draw.sign random
        | NotNegative -> between 0.1 4.0
        | Logarithm
        | NotPositive -> between -4.0 -0.1
        | Positive -> between 0.1 4.0
        | AboveMinusOne -> between -0.9 4.0
        | AboveOne -> between 2.0 8.0

/// How the samples lie in a tensor.
[<RequireQualifiedAccess>]
type Layout =
    /// (N, length), and (N) where the loss looks at one element at a time.
    | Rows
    /// (length, N)
    | Across
    /// (N): one number for each sample.
    | Single
    /// (T, N, C)
    | Frames of classes: int
    /// (N, rows, length / rows)
    | Blocks of rows: int
    /// (N, rows, columns, length / (rows · columns))
    | Lattice of rows: int * columns: int
    /// (rows, length / rows), or (length) for 0 rows: there is one sample in a batch.
    | Whole of rows: int

type Operand =
    {
        /// That of the parameter.
        Name: string
        Numbers: Numbers
        /// Whether a gradient is taken by it.
        By: bool
        Layout: Layout
    }

module Operand =

    let any name = { Name = name; Numbers = Numbers.Any; By = true; Layout = Layout.Rows }

    let of' numbers name = { any name with Numbers = numbers }

    let constant (operand: Operand) = { operand with By = false }

    let laid layout (operand: Operand) = { operand with Layout = layout }

/// What is promised; each is tested, its negation as well. An operand is named by its place.
type Law =
    /// Never below 0, and no −0.
    | NonNegative
    /// A value that is an operand is −0 where that is.
    | SignedZero
    /// 0, of slope 0, where the first two operands are equal, and nowhere else but by underflow.
    | Distance
    /// The first two operands can be swapped.
    | Symmetric
    /// Swapping them changes the value.
    | Asymmetric
    /// A function of the difference of the first two.
    | OfDifference
    /// Convex by these operands, jointly.
    | Convex of operands: int list
    | NotConvex of operand: int
    /// No slope by an operand is steeper.
    | Lipschitz of operand: int * bound: float
    /// An operand says how much a value counts: a NaN there is in what a mean divides by.
    | CountsBy of operand: int
    /// The gradient by the first sums to 0, and its 1-norm is bounded.
    | ZeroSum of norm: float

/// The largest terms that a value, and the gradient by an element of an operand, are sums of.
type Terms =
    {
        Value: int -> float
        Slope: int -> int -> float
        /// The largest logarithm that an exponential is taken of, where its rounding makes a relative error.
        Relative: float
    }

/// A public function with its hyperparameters: all that the tests know of it.
type Entry =
    {
        Name: string
        /// The function's name.
        Function: string
        Formula: Formula
        Call: Call
        Spans: Spans option
        Definition: Definition option
        Operands: Operand list
        /// What the call gives besides tensors, by the parameters' names, labels and hyperparameters: so that the façade is held to the same.
        Arguments: DiffTensor<float>[] -> int[][] -> (string * objnull) list
        /// A sample of so many elements a row.
        Draw: Random -> Format -> int -> Sample
        /// The same of numbers of ordinary size, at no kink.
        Plain: Random -> Format -> int -> Sample
        /// How long the rows may be; (1) where the loss looks at one element at a time.
        Widths: int list
        Laws: Law list
        /// Where terms cancel, the bound has this slack: so much of the largest of them, for float32.
        Slack32: float
        Terms: (Format -> Sample -> Terms) option
        /// What the inputs are, where they are not all finite numbers, and what the terms are.
        Condition: string
        /// The largest term of the second derivative by a pointwise loss's first operand, where terms cancel.
        CurvatureTerms: float[] -> float
        /// Made of several kernels: another library's tape rounds the slopes by an operand before it adds them up.
        IsComposed: bool
        /// So many numbers of the operand are added up before an exponential takes them: another library's operations round each sum.
        Steps: int -> int
        /// The values that a number of an operand counts in, where those are not all values of its sample.
        Reaches: (Sample -> int -> int -> int list) option
    }

    member entry.IsElementwise = entry.Widths = [ 1 ]
    member entry.IsWhole = entry.Operands |> List.exists _.Layout.IsWhole
    /// The operands that a gradient is taken by.
    member entry.By = entry.Operands |> List.indexed |> List.filter (fun (_, operand) -> operand.By) |> List.map fst
    override entry.ToString() = entry.Name

/// Samples as the tensors that a function takes.
type Batch(entry: Entry, samples: Sample[]) =
    let n = samples.Length

    let shape (operand: Operand) length =
        match operand.Layout with
        | Layout.Rows when entry.IsElementwise -> [| n |]
        | Layout.Rows -> [| n; length |]
        | Layout.Across -> [| length; n |]
        | Layout.Single -> [| n |]
        | Layout.Frames classes -> [| length / classes; n; classes |]
        | Layout.Blocks rows -> [| n; rows; length / rows |]
        | Layout.Lattice(rows, columns) -> [| n; rows; columns; length / (rows * columns) |]
        | Layout.Whole 0 -> [| length |]
        | Layout.Whole rows -> [| rows; length / rows |]

    let length o = samples[0].Operands[o].Length

    /// Where an element of a sample is.
    let place (operand: Operand) length s k =
        match operand.Layout with
        | Layout.Across -> k * n + s
        | Layout.Frames classes -> (k / classes * n + s) * classes + k % classes
        | _ -> s * length + k

    do
        if entry.IsWhole && n > 1 then
            raise (ArgumentException $"{entry.Name} takes one sample at a time.")

    member _.Samples = samples
    member _.Labels = samples |> Array.map _.Labels
    member _.Place(o: int, s: int, k: int) = place entry.Operands[o] (length o) s k

    /// The values that a number of an operand counts in, where each sample has so many.
    member _.Reaches(o: int, at: int, outputs: int) : int list =
        let length = length o

        let s, k =
            Seq.allPairs (seq { 0 .. n - 1 }) (seq { 0 .. length - 1 })
            |> Seq.find (fun (s, k) -> place entry.Operands[o] length s k = at)

        let own =
            match entry.Reaches with
            | Some reaches -> reaches samples[s] o k
            | None -> [ 0 .. outputs - 1 ]

        own |> List.map (fun i -> s * outputs + i)

    member _.Inputs: (float[] * Shape)[] =
        entry.Operands
        |> List.mapi (fun o operand ->
            let length = length o
            let values = Array.zeroCreate (n * length)

            for s in 0 .. n - 1 do
                for k in 0 .. length - 1 do
                    values[place operand length s k] <- samples[s].Operands[o].[k]

            values, Shape(shape operand length))
        |> List.toArray

    /// So many samples of a width, a few hard ones over and over.
    static member Drawn(entry: Entry, seed: int, format: Format, count: int, width: int) : Batch =
        let random = Random seed
        let few = Array.init (min count (max 3 (1009 / width))) (fun _ -> entry.Draw random format width)
        Batch(entry, Array.init count (fun s -> few[s % few.Length]))

    /// So many samples of ordinary numbers.
    static member Ordinary(entry: Entry, seed: int, format: Format, count: int, width: int) : Batch =
        let random = Random seed
        Batch(entry, Array.init count (fun _ -> entry.Plain random format width))

/// The truth, to 106 bits: the formula over DoubleDouble, its slopes over dual numbers of it.
module Oracle =

    let private exact (x: float) = DoubleDouble.Constant x

    let values (entry: Entry) (sample: Sample) : DoubleDouble[] =
        entry.Formula.Of(Array.map (Array.map exact) sample.Operands, sample.Operands, sample.Labels)

    let private seeded (sample: Sample) (o: int) (k: int) (constant: float -> 'T) (variable: float -> 'T) : 'T[][] =
        sample.Operands
        |> Array.mapi (fun p xs -> xs |> Array.mapi (fun j x -> if p = o && j = k then variable x else constant x))

    /// The derivatives of the values by an element of an operand.
    let slopes (entry: Entry) (sample: Sample) (o: int) (k: int) : DoubleDouble[] =
        let at = seeded sample o k (exact >> Dual<DoubleDouble>.Fixed) (exact >> Dual<DoubleDouble>.Variable)
        entry.Formula.Of(at, sample.Operands, sample.Labels) |> Array.map _.Derivative

    /// The derivatives of those slopes by another element.
    let curvatures (entry: Entry) (sample: Sample) (o: int, k: int) (o': int, k': int) : DoubleDouble[] =
        let dual p j q i x = if p = q && j = i then Dual<DoubleDouble>.Variable(exact x) else Dual<DoubleDouble>.Fixed(exact x)

        let at =
            sample.Operands
            |> Array.mapi (fun p xs ->
                xs
                |> Array.mapi (fun j x ->
                    let inner = dual p j o' k' x

                    if p = o && j = k then
                        Dual<Dual<DoubleDouble>>.Variable inner
                    else
                        Dual<Dual<DoubleDouble>>.Fixed inner))

        entry.Formula.Of(at, sample.Operands, sample.Labels) |> Array.map _.Derivative.Derivative

module Entry =

    /// float64 numbers of which some are rounded.
    let rounded = Math.ScaleB(1.0, -50)

    /// What the elementary functions of the lanes are good for over float32 data.
    let elementary = Math.ScaleB(1.0, -37)

    let private plain (operands: Operand list) (random: Random) (format: Format) (width: int) =
        let length (operand: Operand) = if operand.Layout.IsSingle then 1 else width

        {
            Operands = [| for operand in operands -> Array.init (length operand) (fun _ -> operand.Numbers.Plain(random, format)) |]
            Labels = [||]
        }

    /// Each operand by itself, but that the second is related to the first where both are of the same kind.
    let private hard (operands: Operand list) (random: Random) (format: Format) =
        let draw (operand: Operand) = operand.Numbers.Draw(random, format)

        match operands with
        | [ one; two ] when one.Numbers = two.Numbers ->
            let x = draw one
            let t = Draw.related random format x (fun () -> draw two)
            [| x; (if two.Numbers.Domain.Contains t then t else draw two) |]
        | _ -> [| for operand in operands -> draw operand |]

    let private entry (name: string) (operands: Operand list) (formula: Formula) (call: Call) =
        {
            Name = name
            // "huber delta 0.3"
            Function = name.Split(' ').[0]
            Formula = formula
            Call = call
            Spans = None
            Definition = None
            Operands = operands
            Arguments = fun _ _ -> []
            Draw = fun random format _ -> { Operands = hard operands random format |> Array.map Array.singleton; Labels = [||] }
            Plain = plain operands
            Widths = [ 1 ]
            Laws = []
            Slack32 = 0.0
            Terms = None
            Condition = ""
            CurvatureTerms = fun _ -> 0.0
            IsComposed = false
            Steps = fun _ -> 1
            Reaches = None
        }

    /// A function of one element of each operand.
    let elementwise (name: string) (operands: Operand list) (formula: Formula) (call: Call) : Entry = entry name operands formula call

    /// A definition that is too much for one kernel, and runs operation by operation.
    let composed (name: string) (loss: IPointwise) (operands: Operand list) (call: Call) : Entry =
        let formula =
            { new Formula with
                member _.Of(x, _, _) = [| loss.Apply(x[0].[0], x[1].[0]) |]
            }

        { elementwise name operands formula call with IsComposed = true }

    /// The same of three operands.
    let composed3 (name: string) (loss: IPointwise3) (operands: Operand list) (call: Call) : Entry =
        let formula =
            { new Formula with
                member _.Of(x, _, _) = [| loss.Apply(x[0].[0], x[1].[0], x[2].[0]) |]
            }

        { elementwise name operands formula call with IsComposed = true }

    let definition (loss: 'L) : Definition when 'L: struct and 'L :> IPointwise and 'L: (new: unit -> 'L) and 'L :> ValueType =
        { new Definition with
            member _.Type = typeof<'L>
            member _.Loss = loss :> IDefinition
            member _.Direct x = (loss :> IPointwise).Apply(x[0], x[1])
            member _.Mapped<'T when 'T :> ITensor<'T>>(x: 'T[]) : 'T = 'T.Map(loss, x[0], x[1])
        }

    let definition3 (loss: 'L) : Definition when 'L: struct and 'L :> IPointwise3 and 'L: (new: unit -> 'L) and 'L :> ValueType =
        { new Definition with
            member _.Type = typeof<'L>
            member _.Loss = loss :> IDefinition
            member _.Direct x = (loss :> IPointwise3).Apply(x[0], x[1], x[2])
            member _.Mapped<'T when 'T :> ITensor<'T>>(x: 'T[]) : 'T = 'T.Map(loss, x[0], x[1], x[2])
        }

    // It is its own formula, over any numbers.
    let private ofDefinition (name: string) (definition: Definition) (operands: Operand list) (call: Call) =
        let formula =
            { new Formula with
                member _.Of(x, _, _) = [| definition.Direct(Array.map Array.head x) |]
            }

        { entry name operands formula call with Definition = Some definition }

    /// A definition of two operands; its kernel runs over spans, too.
    let pointwise
        (name: string)
        (loss: 'L)
        (operands: Operand list)
        (call: Call)
        : Entry when 'L: struct and 'L :> IPointwise and 'L: (new: unit -> 'L) and 'L :> ValueType =
        { ofDefinition name (definition loss) operands call with
            Spans =
                Some
                    { new Spans with
                        member _.Gradient(x, _, _) =
                            let gradient = Array.zeroCreate x[0].Length
                            loss.ValueAndGradient(ReadOnlySpan x[0], ReadOnlySpan x[1], Span gradient) |> ignore
                            gradient
                    }
        }

    /// A definition of three operands.
    let pointwise3
        (name: string)
        (loss: 'L)
        (operands: Operand list)
        (call: Call)
        : Entry when 'L: struct and 'L :> IPointwise3 and 'L: (new: unit -> 'L) and 'L :> ValueType =
        ofDefinition name (definition3 loss) operands call

    /// Inputs that hit what matters, where each operand by itself seldom does.
    let drawn (draw: Random -> Format -> float[]) (entry: Entry) : Entry =
        { entry with
            Draw = fun random format _ -> { Operands = draw random format |> Array.map Array.singleton; Labels = [||] }
        }

    /// A function of rows, and of a label for each of so many classes.
    let rows (name: string) (operands: Operand list) (draw: Random -> Format -> int -> float[][] * int[]) (formula: Formula) (call: Call) =
        { entry name operands formula call with
            Draw =
                fun random format width ->
                    let operands, labels = draw random format width
                    { Operands = operands; Labels = labels }
            Plain =
                fun random format width ->
                    // As long as they are drawn, with the labels that are drawn.
                    let operands', labels = draw random format width

                    {
                        Operands =
                            operands
                            |> List.mapi (fun o operand -> operands'[o] |> Array.map (fun _ -> operand.Numbers.Plain(random, format)))
                            |> List.toArray
                        Labels = labels
                    }
            Widths = [ 2; 3; 4; 5; 8; 11; 40 ]
        }

    /// The bound is conditional: where the terms cancel, it has a slack of them.
    let given (condition: string) (slack32: float) (terms: Format -> Sample -> Terms) (entry: Entry) : Entry =
        { entry with Condition = condition; Slack32 = slack32; Terms = Some terms }

    /// How large the terms of the second derivative are, where they cancel.
    let curved (terms: float[] -> float) (entry: Entry) : Entry = { entry with CurvatureTerms = terms }

    /// What the call gives besides tensors.
    let withArguments (arguments: (string * objnull) list) (entry: Entry) : Entry = { entry with Arguments = fun _ _ -> arguments }

    /// The same, where it depends on the tensors and on the labels of each sample.
    let withArgumentsOf (arguments: DiffTensor<float>[] -> int[][] -> (string * objnull) list) (entry: Entry) : Entry =
        { entry with Arguments = arguments }

    /// A number counts only in some of its sample's values.
    let reaching (values: Sample -> int -> int -> int list) (entry: Entry) : Entry = { entry with Reaches = Some values }

    /// A number counts where the value varies with it.
    let reachingWhatVaries (entry: Entry) : Entry =
        entry
        |> reaching (fun sample o k ->
            Oracle.slopes entry sample o k
            |> Seq.indexed
            |> Seq.filter (fun (_, slope) -> slope.High <> 0.0)
            |> Seq.map fst
            |> List.ofSeq)

    let promises (laws: Law list) (entry: Entry) : Entry = { entry with Laws = laws }

    /// Elementwise terms of the value and of the slope by each operand.
    let terms (value: float[] -> float) (slopes: (float[] -> float) list) (_: Format) (sample: Sample) : Terms =
        let x = Array.map Array.head sample.Operands

        {
            Value = fun _ -> value x
            Slope = fun operand _ -> slopes[operand] x
            Relative = 0.0
        }

    /// How much of terms of a size the bound is wider.
    let slack (entry: Entry) (format: Format) (size: float) =
        if size = 0.0 then
            0.0
        elif format.Name = "float32" then
            entry.Slack32 * size
        // Next to the smallest numbers the oracle, too, has no more bits than float64.
        else
            Math.ScaleB(size, -51) + 16.0 * Double.Epsilon
