/// What has gone wrong with likelihoods elsewhere: on both engines, value and gradient.
module Losses.Tests.TortureTests.Likelihoods

open System
open Xunit
open Losses
open Losses.FSharp
open Losses.Tests


let private poisson (full: bool) (eps: float) =
    { new TensorFunction with
        member _.Apply inputs = poissonNLL false full eps inputs[1] inputs[0] |> Reduce.none
    }

let private gaussian =
    { new TensorFunction with
        member _.Apply inputs = gaussianNLL false GaussianNLLEps inputs[2] inputs[1] inputs[0] |> Reduce.none
    }

// F07
[<Fact>]
let ``an infinite variance has the likelihood +∞, of slope 0, and does not poison the mean`` () =
    let likelihood reduction =
        { new TensorFunction with
            member _.Apply inputs = gaussianNLL false 1e-6 inputs[0] inputs[1] inputs[2] |> Reduce.by reduction
        }

    let byMean =
        { new TensorFunction with
            member _.Apply inputs = gaussianNLL false 1e-6 inputs[2] inputs[1] inputs[0] |> Reduce.none
        }

    let variances, targets, means = vector [ infinity; 1.0 ], vector [ 3.0; 3.0 ], vector [ 1.0; 1.0 ]
    givesFirst (likelihood Reduction.None) [ variances; targets; means ] [ infinity; 2.0 ] [ 0.0; -1.5 ]
    givesFirst (likelihood Reduction.Mean) [ variances; targets; means ] [ infinity ] [ 0.0; -0.75 ]
    givesFirst byMean [ means; targets; variances ] [ infinity; 2.0 ] [ 0.0; -2.0 ]

// F08
[<Fact>]
let ``an infinite rate has the likelihood +∞`` () =
    let poisson logInput full =
        { new TensorFunction with
            member _.Apply inputs = poissonNLL logInput full 1e-8 inputs[1] inputs[0] |> Reduce.none
        }

    let byCount logInput =
        { new TensorFunction with
            member _.Apply inputs = poissonNLL logInput false 1e-8 inputs[0] inputs[1] |> Reduce.none
        }

    for full in [ false; true ] do
        let rates, counts = vector [ infinity; infinity; infinity ], vector [ 0.0; 1.0; 8.0 ]
        givesFirst (poisson true full) [ rates; counts ] [ infinity; infinity; infinity ] [ infinity; infinity; infinity ]
        givesFirst (poisson false full) [ rates; counts ] [ infinity; infinity; infinity ] [ 1.0; 1.0; 1.0 ]

    givesFirst (byCount true) [ vector [ 1.0 ]; vector [ infinity ] ] [ infinity ] [ -infinity ]
    givesFirst (byCount false) [ vector [ 1.0 ]; vector [ infinity ] ] [ infinity ] [ -infinity ]
    givesFirst (poisson true false) [ vector [ -infinity; -infinity ]; vector [ 0.0; 1.0 ] ] [ 0.0; infinity ] [ 0.0; -1.0 ]

// A28
[<Fact>]
let ``a negative rate is no silent NaN`` () =
    onBoth (fun engine ->
        let error =
            Assert.Throws<ArgumentOutOfRangeException>(fun () ->
                engine.Value(poisson false 1e-8, [| vector [ 1.0; -0.5 ]; vector [ 0.0; 0.0 ] |]) |> ignore)

        Assert.Equal("prediction", error.ParamName)
        Assert.Contains("-0.5", error.Message))

// A29, A30
[<Theory>]
[<InlineData(0.0)>]
[<InlineData(1e-8)>]
[<InlineData(1.0)>]
let ``a rate of 0 and no count cost nothing, whatever ε`` (eps: float) =
    gives (poisson false eps) [ vector [ 0.0 ]; vector [ 0.0 ] ] [ 0.0 ] [ [ 1.0 ] ]

// A30: the ε given is the ε used.
[<Fact>]
let ``an ε reaches the logarithm`` () =
    gives (poisson false 1.0) [ vector [ 2.0 ]; vector [ 4.0 ] ] [ 2.0 - 4.0 * log 3.0 ] [ [ 1.0 - 4.0 / 3.0 ] ]

// A31: Stirling's formula, as PyTorch has it and the documentation says; the exact log 5! would give 2.294430.
[<Fact>]
let ``a count in full has Stirling's term`` () =
    let stirling = 5.0 * log 5.0 - 5.0 + 0.5 * log (2.0 * Math.PI * 5.0)
    let value = 3.0 - 5.0 * log (3.0 + 1e-8) + stirling
    Assert.Equal(2.27779, value, 1e-5)
    gives (poisson true 1e-8) [ vector [ 3.0 ]; vector [ 5.0 ] ] [ value ] [ [ 1.0 - 5.0 / (3.0 + 1e-8) ] ]
    // From just above 1; a count of 1 has none.
    let beyond = 1.5 * log 1.5 - 1.5 + 0.5 * log (2.0 * Math.PI * 1.5)
    gives (poisson true 0.0) [ vector [ 3.0; 3.0 ]; vector [ 1.0; 1.5 ] ] [ 3.0 - log 3.0; 3.0 - 1.5 * log 3.0 + beyond ] []

// A32: the documented floor, whose slope passes.
[<Fact>]
let ``a variance of 0 counts as ε`` () =
    let eps = 1e-6

    gives
        gaussian
        [ vector [ 1.0 ]; vector [ 0.0 ]; vector [ 0.0 ] ]
        [ 0.5 * (log eps + 1.0 / eps) ]
        [ [ 1.0 / eps ]; [ -1.0 / eps ]; [ 0.5 * (1.0 / eps - 1.0 / (eps * eps)) ] ]

    onBoth (fun engine ->
        Assert.Throws<ArgumentOutOfRangeException>(fun () ->
            engine.Value(gaussian, [| vector [ 1.0 ]; vector [ 0.0 ]; vector [ -1.0 ] |]) |> ignore)
        |> ignore)

// A33
[<Fact>]
let ``a variance has a slope`` () =
    gives gaussian [ vector [ 3.0 ]; vector [ 1.0 ]; vector [ 2.0 ] ] [ 0.5 * (log 2.0 + 2.0) ] [ [ 1.0 ]; [ -1.0 ]; [ 0.5 * (0.5 - 1.0) ] ]

// Whatever order the members are compared in, the slope at the target lies between those on its two sides.
[<Fact>]
let ``a member of an ensemble that is its target has the mean of both sides' slopes`` () =
    let score =
        { new TensorFunction with
            member _.Apply inputs = crpsEnsemble false -1 inputs[1] inputs[0] |> Reduce.none
        }

    let of9 = List.map (fun n -> n / 9.0)
    gives score [ matrix [ [ 1.0; 2.0; 4.0 ] ]; vector [ 1.0 ] ] [ 4.0 / 3.0 - 6.0 / 9.0 ] [ of9 [ 2.0; 3.0; 1.0 ]; [ -2.0 / 3.0 ] ]
    gives score [ matrix [ [ 1.0; 2.0; 4.0 ] ]; vector [ 2.0 ] ] [ 1.0 - 6.0 / 9.0 ] [ of9 [ -1.0; 0.0; 1.0 ]; [ 0.0 ] ]
    gives score [ matrix [ [ 1.0; 2.0; 4.0 ] ]; vector [ 4.0 ] ] [ 5.0 / 3.0 - 6.0 / 9.0 ] [ of9 [ -1.0; -3.0; -2.0 ]; [ 2.0 / 3.0 ] ]
    gives score [ matrix [ [ 3.0 ] ]; vector [ 3.0 ] ] [ 0.0 ] [ [ 0.0 ]; [ 0.0 ] ]
