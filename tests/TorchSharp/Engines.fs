namespace Losses.Tests

open System
open TorchSharp
open Losses
open Losses.TorchSharp

/// TorchTensor as one more engine of the laws: its values and derivatives are those of libtorch's tape.
type TorchEngine
    (name: string, mantissa: int, least: float, largest: float, dtype: torch.ScalarType, round: float -> float, next: float -> float) =
    inherit Engine(name, mantissa, least, largest)

    let tensor (values: float[], shape: Shape) : torch.Tensor =
        torch.tensor(values, ReadOnlySpan(Array.map int64 (shape.ToArray())), dtype = torch.float64).``to`` dtype

    let numbers (tensor: torch.Tensor) = tensor.detach().``to``(torch.float64).contiguous().view(-1L).data<float>().ToArray()

    let leaves (inputs: (float[] * Shape)[]) = inputs |> Array.map (fun input -> (tensor input).requires_grad_ true)

    let apply (f: TensorFunction) (inputs: torch.Tensor[]) = (f.Apply(Array.map TorchTensor inputs)).ToTensor()

    let gradients (isRecorded: bool) (f: torch.Tensor) (upstream: torch.Tensor) (at: torch.Tensor[]) =
        // What does not depend on an input has the gradient 0 by it.
        if f.requires_grad then
            torch.autograd.grad ([| f |], at, [| upstream |], retain_graph = true, create_graph = isRecorded, allow_unused = true)
            |> Seq.mapi (fun i g -> if g.IsInvalid then torch.zeros_like at[i] else g)
            |> Seq.toArray
        else
            Array.map torch.zeros_like at

    // The end of a loop over registers has another exponential than its middle.
    override _.KeepsBits = false
    override _.Slack = 4.0
    override _.Round x = round x
    override _.Next x = next x

    override _.Value(f, inputs) =
        use _ = torch.NewDisposeScope()
        numbers (apply f (Array.map tensor inputs))

    override _.Pull(f, inputs, upstream) =
        use _ = torch.NewDisposeScope()
        let at = leaves inputs
        let value = apply f at
        let upstream = (tensor (upstream, Shape(Array.map int value.shape))).``to`` value.dtype
        numbers value, gradients false value upstream at |> Array.map numbers

    override _.Curve(f, inputs, upstream, direction) =
        use _ = torch.NewDisposeScope()
        let at = leaves inputs
        let value = apply f at
        let upstream = tensor (upstream, Shape(Array.map int value.shape))
        let slope = (gradients true value upstream at)[0]
        let along = tensor (direction, Shape(Array.map int at[0].shape))
        let products = gradients false slope along [| at[0] |]
        numbers products[0]

    override _.Derive(f, inputs, by) =
        use _ = torch.NewDisposeScope()
        let at = leaves inputs
        let derive (value: torch.Tensor) i = (gradients true value (torch.ones_like value) at)[i]
        numbers (List.fold derive (apply f at) by)

/// The engines that the laws are held against here; their names choose the tolerances.
module Engines =

    let float64 = TorchEngine("float64", 52, Double.Epsilon, Double.MaxValue, torch.float64, id, Double.BitIncrement) :> Engine

    let float32 =
        TorchEngine(
            "float32",
            23,
            float Single.Epsilon,
            float Single.MaxValue,
            torch.float32,
            float32 >> float,
            fun x -> float (Single.BitIncrement(float32 x))
        )
        :> Engine

    /// The share of the inputs that a law is usually held over: all, unless LOSSES_SHARE says less.
    let share =
        match Environment.GetEnvironmentVariable "LOSSES_SHARE" with
        | null
        | "" -> 1.0
        | share -> Double.Parse(share, Globalization.CultureInfo.InvariantCulture)

    let all = [ float32; float64 ]

    let byName (name: string) = all |> List.find (fun engine -> engine.Name = name)

/// The engines' names, as a theory takes them.
type EngineNames =
    static member Names = Xunit.TheoryData<string>(Engines.all |> Seq.map _.Name)
