/// How near a result is to PyTorch's.
module Losses.Tests.Reference.Comparison

open System
open System.Globalization
open Losses
open Losses.Tests.Reference.Cases

/// What float64 results may differ by, relative.
[<Literal>]
let Tolerance = 1e-10

/// What float32 values may differ by, relative.
[<Literal>]
let Tolerance32 = 1e-5

// An element that is 0, or nearly, because the terms of its sum cancel is rounding dust on both sides: it is measured against this share of the
// largest element, so that 10⁻¹⁰ of it is 10⁻¹⁵ of the largest, four of its ulp.
[<Literal>]
let private Dust = 1e-5

let invariant (text: FormattableString) = text.ToString CultureInfo.InvariantCulture

/// |actual − expected| / max(|expected|, dust); 0 for the same infinity or two NaN, ∞ where only one side is finite.
let error (largest: float) (actual: float) (expected: float) =
    if actual = expected || (Double.IsNaN actual && Double.IsNaN expected) then
        0.0
    elif Double.IsFinite actual && Double.IsFinite expected then
        abs (actual - expected) / max (abs expected) (Dust * largest)
    else
        infinity

let largest (values: float[]) = values |> Array.filter Double.IsFinite |> Array.fold (fun most value -> max most (abs value)) 0.0

/// How large the terms of a slope are where they cancel: as a value is to what it is made of. The cosine of parallel vectors has slopes of 0, of
/// which PyTorch leaves 10⁻¹⁶.
let slopeTerms (case: Case) (name: string) : float =
    let terms = largest case.Output.Data * largest case.Upstream.Data / largest case.Inputs[name].Data
    if Double.IsFinite terms then terms else 0.0

/// The worst error of a tensor, and a line that shows it where it is above the tolerance.
let compareAmong (terms: float) (tolerance: float) (what: string) (actual: Shape * float[]) (expected: Numbers) : float * string list =
    let shape, values = actual

    if shape <> expected.Shape then
        infinity, [ $"{what} has shape {shape} but PyTorch's has {expected.Shape}" ]
    else
        let scale = max terms (largest expected.Data)
        let errors = Array.map2 (error scale) values expected.Data

        if errors.Length = 0 then
            0.0, []
        else
            let worst = Array.max errors
            let i = Array.findIndex ((=) worst) errors

            worst,
            [
                if not (worst <= tolerance) then
                    invariant $"{what} element {i} is {values[i]:R} but PyTorch's is {expected.Data[i]:R}: error {worst:E2}"
            ]

let compare (tolerance: float) = compareAmong 0.0 tolerance

/// linspace(−1, 1) of a shape.
let direction (shape: Shape) : float[] =
    let count = shape.Size

    Array.init count (fun i -> if count = 1 then -1.0 else -1.0 + 2.0 * float i / float (count - 1))
