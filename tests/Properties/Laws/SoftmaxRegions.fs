module Losses.Tests.Laws.SoftmaxRegions

open System
open Xunit
open FsCheck.FSharp
open Losses
open Losses.FSharp
open Losses.Tests

type private Drawn = { Shape: int[]; Options: RegionOptions; Logits: float[]; Target: float[] }

let private drawn =
    gen {
        let! samples = Gen.choose (1, 3)
        let! classes = Gen.choose (2, 6)
        let! height = Gen.choose (1, 40)
        let! width = Gen.frequency [ 4, Gen.choose (1, 12); 1, Gen.choose (30, 70) ]
        let! scope = Gen.elements [ RegionScope.Sample; RegionScope.Batch; RegionScope.SampleAndClasses ]
        let! squared = Gen.elements [ false; true ]
        let! background = Gen.elements [ false; true ]
        let! special = Gen.frequency [ 6, Gen.constant 0.5; 1, Gen.elements [ nan; infinity; -infinity ] ]
        let! seed = Gen.choose (0, Int32.MaxValue - 1)
        let random = Random seed
        let count = samples * classes * height * width
        let single (x: float) = float (float32 x)
        let logits = Array.init count (fun _ -> single (12.0 * random.NextDouble() - 6.0))
        logits[random.Next count] <- special

        return
            {
                Shape = [| samples; classes; height; width |]
                Options =
                    { RegionOptions.Default with
                        Activation = RegionActivation.Softmax
                        Over = scope
                        Squared = squared
                        IncludeBackground = background
                    }
                Logits = logits
                Target = Array.init count (fun _ -> if random.Next 3 = 0 then single (random.NextDouble()) else float (random.Next 2))
            }
    }

/// What the library's own engine alone has: regions of softmaxes that are never stored.
type ``The kernel of regions of softmaxes``() =

    // In float64 of softmaxes that are stored: a mask of ones has no kernel.
    [<Theory>]
    [<InlineData("dice")>]
    [<InlineData("jaccard")>]
    [<InlineData("tversky")>]
    member _.``is the definition, rounded once``(name: string) =
        Property.holdsFor 60 drawn (fun _ -> Seq.empty) (fun drawn ->
            let loss (options: RegionOptions) =
                { new TensorFunction with
                    member _.Apply inputs =
                        match name with
                        | "dice" -> dice options inputs[1] inputs[0]
                        | "jaccard" -> jaccard options inputs[1] inputs[0]
                        | _ -> tversky { options with Squared = false } 0.3 0.7 1.0 inputs[1] inputs[0]
                        |> Reduce.none
                }

            let shape = Shape drawn.Shape
            let inputs = [| drawn.Logits, shape; drawn.Target, shape |]
            let count = (Engines.float64.Value(loss drawn.Options, inputs)).Length
            let above = Array.init count (fun i -> if i = 1 then 0.0 else 1.0 + float i / 4.0)
            let ones = Weights(ReadOnlySpan(Array.create shape.Size 1.0), shape)
            let plain = loss { drawn.Options with Mask = ones }
            let exact, slopes = Engines.float64.Pull(plain, inputs, above)

            for engine in Engines.all do
                let got, gradients = engine.Pull(loss drawn.Options, inputs, above)

                let near (what: string) (size: float) (expected: float) (actual: float) =
                    let bound = (if engine.Name = "float32" then 0.51 else 4.0) * engine.Ulp expected + Math.ScaleB(size, -46)

                    if not (abs (expected - actual) <= bound || expected = actual || Double.IsNaN expected && Double.IsNaN actual) then
                        Property.fail $"{engine}: {what} is {actual:R}, not {expected:R}"

                Array.iteri2 (fun i -> near $"value {i}" 1.0) exact got

                for o in 0..1 do
                    let largest = slopes[o] |> Array.fold (fun most x -> if abs x > most then abs x else most) 0.0
                    Array.iteri2 (fun i -> near $"gradient {i} by operand {o}" largest) slopes[o] gradients[o])
