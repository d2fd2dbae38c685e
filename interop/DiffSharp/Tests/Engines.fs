namespace Losses.Tests

open System
open System.Reflection
open Xunit
open DiffSharp
open Losses

// DiffSharp counts the levels of nested derivatives in one variable for all threads.
[<assembly: CollectionBehavior(DisableTestParallelization = true)>]
do ()

/// DiffSharp's functions of vectors, for functions of several tensors of a data type.
module Differentiate =

    // Which backend there is, the bundle says. A tensor is of float64 unless it says otherwise.
    do
        let has (name: string) =
            try
                Assembly.Load name |> ignore
                true
            with :? IO.FileNotFoundException ->
                false

        let backend = if has "DiffSharp.Backends.Torch" then Backend.Torch else Backend.Reference
        dsharp.config (dtype = Dtype.Float64, backend = backend)

    let tensor (dtype: Dtype) (values: float[], shape: Shape) : Tensor = dsharp.tensor(values, dtype = dtype).view(shape.ToArray())

    let numbers (x: Tensor) : float[] = x.primalDeep.view(-1).toArray1D<float>()

    // The tensors that lie in a vector one after another.
    let private parts (shapes: Shape[]) (x: Tensor) : DiffSharpTensor[] =
        let starts = shapes |> Array.scan (fun start shape -> start + shape.Size) 0

        shapes
        |> Array.mapi (fun i shape ->
            if shape.Size = 0 then
                x.zerosLike (shape.ToArray())
            else
                x[starts[i] .. starts[i + 1] - 1].view(shape.ToArray())
            |> DiffSharpTensor)

    let private weighted (f: DiffSharpTensor[] -> DiffSharpTensor) (shapes: Shape[]) (upstream: float[]) (x: Tensor) : Tensor =
        let value = (f (parts shapes x)).Tensor
        (value * tensor value.dtype (upstream, Shape value.shape)).sum()

    let private joined (dtype: Dtype) (inputs: (float[] * Shape)[]) =
        let values = Array.collect fst inputs
        tensor dtype (values, Shape [| values.Length |])

    let private split (inputs: (float[] * Shape)[]) (x: Tensor) : float[][] =
        let values = numbers x
        let starts = inputs |> Array.scan (fun start (_, shape) -> start + shape.Size) 0
        inputs |> Array.mapi (fun i _ -> values[starts[i] .. starts[i + 1] - 1])

    let value (dtype: Dtype) (f: DiffSharpTensor[] -> DiffSharpTensor) (inputs: (float[] * Shape)[]) : Tensor =
        (f (Array.map (tensor dtype >> DiffSharpTensor) inputs)).Tensor

    /// The gradients of Σ value · upstream by all inputs.
    let gradients (dtype: Dtype) (f: DiffSharpTensor[] -> DiffSharpTensor) (inputs: (float[] * Shape)[]) (upstream: float[]) : float[][] =
        let gradient = dsharp.grad (weighted f (Array.map snd inputs) upstream) (joined dtype inputs)
        Assert.Equal(dtype, gradient.dtype)
        split inputs gradient

    /// The derivative of those gradients along a direction, jointly: forward over reverse.
    let hessianVectors
        (dtype: Dtype)
        (f: DiffSharpTensor[] -> DiffSharpTensor)
        (inputs: (float[] * Shape)[])
        upstream
        (direction: float[])
        =
        dsharp.nest ()
        let x = (joined dtype inputs).forwardDiff(tensor dtype (direction, Shape [| direction.Length |]))
        let gradient = dsharp.grad (weighted f (Array.map snd inputs) upstream) x
        // A gradient that does not vary is a constant, of which DiffSharp knows no derivative.
        split inputs (if gradient.isForwardDiff then gradient.derivative else gradient.zerosLike ())

/// What DiffSharp computes with, as one more engine of the laws. Going backwards one operation after another, a subnormal slope of float64 is rounded before
/// it meets what comes from above, up to 80 in the laws: what differs by less than 32 of the smallest subnormals is no further apart than neighbours.
type DiffSharpEngine(name: string, mantissa: int, least: float, largest: float, dtype: Dtype, round: float -> float, next: float -> float) =
    inherit Engine(name, mantissa, least, largest)

    override _.SumsExactly = false
    override _.Slack = 2.0
    override engine.Range = if engine.Name = "float64" then 1e60 else infinity
    override _.KnowsInnermost = false
    override _.Round x = round x
    override _.Next x = next x
    override _.Value(f, inputs) = Differentiate.value dtype f.Apply inputs |> Differentiate.numbers

    override engine.Pull(f, inputs, upstream) = engine.Value(f, inputs), Differentiate.gradients dtype f.Apply inputs upstream

    override _.Curve(f, inputs, upstream, direction) =
        let alone (x: DiffSharpTensor[]) =
            f.Apply(Array.append x [| for input in inputs[1..] -> DiffSharpTensor(Differentiate.tensor dtype input) |])

        (Differentiate.hessianVectors dtype alone inputs[..0] upstream direction)[0]

    override _.Derive(f, inputs, by) =
        // What does not vary with x, DiffSharp would differentiate by what it does vary with: hence 0 times it.
        let derive (f: Tensor[] -> Tensor) (i: int) (xs: Tensor[]) =
            dsharp.grad (fun x -> (f (Array.updateAt i x xs)).sum() + x.sum () * 0.0) xs[i]

        let value (xs: Tensor[]) = (f.Apply(Array.map DiffSharpTensor xs)).Tensor
        Differentiate.numbers (List.fold derive value by (Array.map (Differentiate.tensor dtype) inputs))

module Engines =

    let float64 =
        DiffSharpEngine("float64", 52, 32.0 * Double.Epsilon, Double.MaxValue, Dtype.Float64, id, Double.BitIncrement) :> Engine

    let float32 =
        DiffSharpEngine(
            "float32",
            23,
            float Single.Epsilon,
            float Single.MaxValue,
            Dtype.Float32,
            float32 >> float,
            fun x -> float (Single.BitIncrement(float32 x))
        )
        :> Engine

    /// The share of the inputs that a law is usually held over.
    let share = 0.2

    let all = [ float32; float64 ]

    let byName (name: string) = all |> List.find (fun engine -> engine.Name = name)

/// The engines' names, as a theory takes them.
type EngineNames =
    static member Names = TheoryData<string>(Engines.all |> Seq.map _.Name)
