namespace Losses.Catalogue

open System
open Losses
open Losses.FSharp

/// Which elements of an image a window holds, and what each counts.
module private Window =

    let private side (size: int) (sigma: float) : float[] =
        let weights = Array.init size (fun k -> exp (-0.5 * (float (k - size / 2) / sigma) ** 2.0))
        weights |> Array.map (fun weight -> weight / Array.sum weights)

    // Along one axis of a length.
    let private line (options: SSIMOptions) (length: int) : (float * int)[][] =
        let half = options.WindowSize / 2
        let weights = side options.WindowSize options.Sigma

        let at k =
            match options.Border with
            | ImageBorder.Reflect when k < 0 -> -k
            | ImageBorder.Reflect when k >= length -> 2 * (length - 1) - k
            | _ -> max 0 (min (length - 1) k)

        let centres =
            if options.Border = ImageBorder.Valid then
                [| half .. length - 1 - half |]
            else
                [| 0 .. length - 1 |]

        centres |> Array.map (fun centre -> weights |> Array.mapi (fun k weight -> weight, at (centre - half + k)))

    /// For each window of an image its weights and its elements' places.
    let all (options: SSIMOptions) (lengths: int list) : (float * int)[][] =
        let beside (outer: (float * int)[][]) (length: int) =
            let inner = line options length

            Array.allPairs outer inner
            |> Array.map (fun (first, second) ->
                Array.allPairs first second |> Array.map (fun ((weight, i), (other, j)) -> weight * other, i * length + j))

        List.fold beside [| [| 1.0, 0 |] |] lengths

/// Losses of images: the sums of the textbook.
module Images =

    open Losses.FSharp.Notation

    let private similarity (options: SSIMOptions) (layout: Layout) (lengths: int list) =
        let windows = Window.all options lengths
        let count = List.fold (fun product length -> Operators.(*) product length) 1 lengths

        { Entry.rows
              $"ssim {options.Border} of {lengths.Length} axes"
              [ Operand.laid layout (Operand.any "prediction"); Operand.laid layout (Operand.any "target") ]
              (fun random format _ ->
                  let image () = Array.init count (fun _ -> format.Round(random.NextDouble()))
                  [| image (); image () |], [||])
              { new Formula with
                  member _.Of(x, _, _) =
                      windows
                      |> Array.map (fun window ->
                          let mean (values: 'T[]) = window |> Array.map (fun (weight, at) -> num weight * values[at]) |> Formulas.total
                          let product (a: 'T[]) (b: 'T[]) = Array.map2 (fun a b -> a * b) a b
                          let x, t = x[0], x[1]
                          let meanX, meanT = mean x, mean t
                          let varianceX, varianceT = mean (product x x) - meanX * meanX, mean (product t t) - meanT * meanT
                          let covariance = mean (product x t) - meanX * meanT
                          let c1 = num (options.K1 *. options.DataRange *. (options.K1 *. options.DataRange))
                          let c2 = num (options.K2 *. options.DataRange *. (options.K2 *. options.DataRange))

                          num 1.0
                          - (num 2.0 * meanX * meanT + c1) * (num 2.0 * covariance + c2)
                            / ((meanX * meanX + meanT * meanT + c1) * (varianceX + varianceT + c2)))
              }
              { new Call with
                  member _.Of(x, _) = ssim options x[1] x[0]
              } with
            Widths = [ count ]
            IsComposed = true
        }
        |> fun entry -> { entry with Plain = fun random format width -> entry.Draw random format width }
        |> Entry.withArguments
            [
                "windowSize", box options.WindowSize
                "sigma", box options.Sigma
                "border", box options.Border
                "dataRange", box options.DataRange
                "k1", box options.K1
                "k2", box options.K2
                "spatialAxes", box options.SpatialAxes
            ]
        |> Entry.given "numbers from 0 to 1; + 2⁻³⁷ of the terms" Entry.elementary (fun _ _ ->
            {
                Value = fun _ -> 1e4
                Slope = fun _ _ -> 1e5
                Relative = 4.0
            })
        |> Entry.reachingWhatVaries

    let private windowed (border: ImageBorder) (sigma: float) (axes: int) =
        {
            WindowSize = 3
            Sigma = sigma
            Border = border
            DataRange = 2.0
            K1 = 0.05
            K2 = 0.1
            SpatialAxes = axes
        }

    let entries: Entry list =
        [
            similarity (windowed ImageBorder.Valid 1.5 2) (Layout.Blocks 3) [ 3; 4 ]
            similarity (windowed ImageBorder.Reflect infinity 2) (Layout.Blocks 2) [ 2; 3 ]
            similarity (windowed ImageBorder.Replicate 1.0 3) (Layout.Lattice(2, 2)) [ 2; 2; 2 ]
            similarity (windowed ImageBorder.Valid infinity 1) Layout.Rows [ 4 ]
        ]
