/// Law 27 on an engine that says no more than it must: it has no kernel that could look at the operands, and reads them by a reduction.
module Losses.Tests.Laws.PlainDomains

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests
open Losses.Tests.Laws

/// Another library's tensor.
[<Struct; NoEquality; NoComparison>]
type Plain(x: DiffTensor<float>) =
    member _.X = x

    static member Map(f: DiffTensor<float> -> DiffTensor<float>, a: Plain) = Plain(f a.X)

    interface IReal<Plain> with
        static member (+)(a, b) = Plain(a.X + b.X)
        static member (-)(a, b) = Plain(a.X - b.X)
        static member (*)(a, b) = Plain(a.X * b.X)
        static member (/)(a, b) = Plain(a.X / b.X)
        static member (~-) a = Plain.Map((fun x -> -x), a)
        static member Constant value = Plain(DiffTensor.Constant value)
        static member Abs a = Plain.Map(DiffTensor.Abs, a)
        static member Max(a, b) = Plain(DiffTensor.Max(a.X, b.X))
        static member Min(a, b) = Plain(DiffTensor.Min(a.X, b.X))
        static member Sqrt a = Plain.Map(DiffTensor.Sqrt, a)
        static member Exp a = Plain.Map(DiffTensor.Exp, a)
        static member Log a = Plain.Map(DiffTensor.Log, a)
        static member Log1P a = Plain.Map(DiffTensor.Log1P, a)
        static member ExpM1 a = Plain.Map(DiffTensor.ExpM1, a)
        static member Tanh a = Plain.Map(DiffTensor.Tanh, a)
        static member LogCosh a = Plain.Map(DiffTensor.LogCosh, a)
        static member Atan a = Plain.Map(DiffTensor.Atan, a)
        static member Erf a = Plain.Map(DiffTensor.Erf, a)

        static member SinCos a =
            let struct (sin, cos) = DiffTensor.SinCos a.X
            struct (Plain sin, Plain cos)

        static member LogGamma a = Plain.Map(DiffTensor.LogGamma, a)
        static member Polygamma(order, a) = Plain(DiffTensor.Polygamma(order, a.X))
        static member Digamma a = Plain.Map(DiffTensor.Digamma, a)
        static member Power(a, exponent) = Plain(DiffTensor.Power(a.X, exponent))

        static member Logistic a =
            let l = DiffTensor.Logistic a.X
            Logistic(Plain l.Softplus, Plain l.SoftplusOfMinus, Plain l.Sigmoid, Plain l.SigmoidOfMinus)

        static member Weigh(weight, a) = Plain(DiffTensor.Weigh(weight.X, a.X))
        static member Detach a = Plain.Map(DiffTensor.Detach, a)
        static member IfLess(a, b, less, otherwise) = Plain(DiffTensor.IfLess(a.X, b.X, less.X, otherwise.X))

    interface ITensor<Plain> with
        member a.Shape = a.X.Shape
        static member Create(_, values, shape) = Plain(DiffTensor<float>(values, shape))
        static member Reshape(a, shape) = Plain(DiffTensor.Reshape(a.X, shape))
        static member Permute(a, axes) = Plain(DiffTensor.Permute(a.X, axes))
        static member Expand(a, shape) = Plain(DiffTensor.Expand(a.X, shape))
        static member Slice(a, axis, start, length) = Plain(DiffTensor.Slice(a.X, axis, start, length))

        static member Concatenate(tensors, axis) =
            Plain(DiffTensor.Concatenate(ReadOnlySpan(Array.map (fun (a: Plain) -> a.X) (tensors.ToArray())), axis))

        static member Sum(a, axes, keepAxes) = Plain(DiffTensor.Sum(a.X, axes, keepAxes))
        static member CumulativeSum(a, axis) = Plain(DiffTensor.CumulativeSum(a.X, axis))
        static member Largest(a, axis) = Plain(DiffTensor.Largest(a.X, axis))
        static member LogSumExp(a, axis) = Plain(DiffTensor.LogSumExp(a.X, axis))
        static member Softmax(a, axis) = Plain(DiffTensor.Softmax(a.X, axis))
        static member LogSoftmax(a, axis) = Plain(DiffTensor.LogSoftmax(a.X, axis))
        static member Sort(a, axis, descending) = Plain(DiffTensor.Sort(a.X, axis, descending))
        static member Gather(a, axis, labels) = Plain(DiffTensor.Gather(a.X, axis, labels))
        static member MatMul(a, b) = Plain(DiffTensor.MatMul(a.X, b.X))

        static member Mean(values, weights) =
            Plain(DiffTensor.Mean(values.X, ReadOnlySpan(Array.map (fun (a: Plain) -> a.X) (weights.ToArray()))))

        static member Least a = DiffTensor.Least a.X

let private plain =
    { new Engine("plain", 52, Double.Epsilon, Double.MaxValue) with
        member _.Round x = x
        member _.Next x = Double.BitIncrement x

        member _.Value(f, inputs) =
            let tensor (values: float[], shape: Shape) = Plain(DiffTensor.Create(values, shape.ToArray()))
            (f.Apply(Array.map tensor inputs)).X.ToArray()

        member _.Pull(_, _, _) = raise (NotSupportedException())
        member _.Curve(_, _, _, _) = raise (NotSupportedException())
        member _.Derive(_, _, _) = raise (NotSupportedException())
    }

let names = Domains.losses

[<Theory; MemberData "names">]
let ``a number outside is refused, with its place, whatever is asked of the loss`` (name: string) =
    Domains.refusesOutside (Domains.find name) plain

[<Theory; MemberData "names">]
let ``the edge of a domain is accepted, and NaN, which comes out again`` (name: string) = Domains.acceptsEdges (Domains.find name) plain

[<Theory; MemberData "names">]
let ``the first number that counts is named`` (name: string) = Domains.namesTheFirst (Domains.find name) plain

[<Theory; MemberData "names">]
let ``what is masked or weighed with 0 may be anything`` (name: string) = Domains.forgetsWhatIsGone (Domains.find name) plain

/// Apart from all others: the setting is the process's.
[<CollectionDefinition("the setting", DisableParallelization = true)>]
type TheSetting() = class end

[<Collection "the setting">]
type ``Where domains are not checked by reduction``() =
    do Domain.IsCheckedByReduction <- false

    interface IDisposable with
        member _.Dispose() = Domain.IsCheckedByReduction <- true

    static member Names = names

    [<Theory; MemberData "Names">]
    member _.``an engine without kernels refuses nothing``(name: string) =
        let record = Domains.find name

        for bounded in record.Bounded do
            for number in Domains.outside plain bounded.Domain do
                Domains.run plain record Domains.Mean None (Domains.spoiled record bounded.Operand [ 0, number ]) |> ignore

    [<Theory; MemberData("Names", MemberType = typeof<EngineNames>)>]
    member _.``a kernel looks all the same``(engine: string) =
        for name in [ "bce"; "poissonNLL of rates"; "marginRanking margin 1" ] do
            Domains.refusesOutside (Domains.find name) (Engines.byName engine)
