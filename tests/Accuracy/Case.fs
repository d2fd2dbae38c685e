namespace Losses.Accuracy

open System
open System.Numerics
open Losses

/// A loss, sample by sample as its documentation says it, and batch by batch as the library does it.
type Definition =
    /// The values of one sample. Its numbers are given beside them, to choose branches by.
    abstract Exact<'T when 'T :> IReal<'T>> : operands: 'T[][] * numbers: float[][] * labels: int[] -> 'T[]
    /// The values of a batch: each operand has one row a sample.
    abstract Tensor<'T when 'T :> ITensor<'T>> : operands: 'T[] * labels: int[][] -> 'T

/// The same over the caller's memory: the gradient of the mean by the first operand.
type Spans =
    abstract Gradient<'S when 'S: unmanaged and 'S: struct and 'S: (new: unit -> 'S) and 'S :> ValueType and 'S :> IFloatingPointIeee754<'S>> :
        operands: 'S[][] * labels: int[][] * shape: Shape -> 'S[]

/// One sample.
type Sample = { Operands: float[][]; Labels: int[] }

/// The largest terms that a value, and the gradient by an element of an operand, are sums of.
type Terms =
    {
        Value: int -> float
        Slope: int -> int -> float
        /// The largest logarithm that an exponential is taken of, where its rounding makes a relative error.
        Relative: float
    }

/// What is swept.
type Case =
    {
        Loss: string
        Definition: Definition
        Spans: Spans option
        /// Whether a row lies across memory, its elements a batch apart.
        IsAcross: bool
        /// The operands, and whether a gradient is taken by them.
        Operands: (string * bool) list
        /// A sample of so many elements a row.
        Draw: Random -> Format -> int -> Sample
        /// How long the rows may be; (1) where the loss looks at one element at a time.
        Widths: int list
        /// Where terms cancel, the bound has this slack: so much of the largest of them, for float32.
        Slack32: float
        Terms: (Format -> Sample -> Terms) option
        /// What the inputs are, where they are not all finite numbers, and what the terms are.
        Condition: string
    }

module Case =

    /// float64 numbers of which some are rounded.
    let rounded = Math.ScaleB(1.0, -50)

    /// What the elementary functions of the lanes are good for over float32 data.
    let elementary = Math.ScaleB(1.0, -37)

    let elementwise (loss: string) (operands: (string * bool) list) (draw: Random -> Format -> float[]) (definition: Definition) : Case =
        {
            Loss = loss
            Definition = definition
            Spans = None
            IsAcross = false
            Operands = operands
            Draw = fun random format _ -> { Operands = draw random format |> Array.map Array.singleton; Labels = [||] }
            Widths = [ 1 ]
            Slack32 = 0.0
            Terms = None
            Condition = ""
        }

    let rows
        (loss: string)
        (operands: (string * bool) list)
        (draw: Random -> Format -> int -> float[][] * int[])
        (definition: Definition)
        : Case =
        {
            Loss = loss
            Definition = definition
            Spans = None
            IsAcross = false
            Operands = operands
            Draw =
                fun random format width ->
                    let operands, labels = draw random format width
                    { Operands = operands; Labels = labels }
            Widths = [ 2; 3; 4; 5; 8; 11 ]
            Slack32 = 0.0
            Terms = None
            Condition = ""
        }

    /// The bound is conditional: where the terms cancel, it has a slack of them.
    let given (condition: string) (slack32: float) (terms: Format -> Sample -> Terms) (case: Case) : Case =
        { case with Condition = condition; Slack32 = slack32; Terms = Some terms }

    /// Elementwise terms of the value and of the slope by each operand.
    let terms (value: float[] -> float) (slopes: (float[] -> float) list) (_: Format) (sample: Sample) : Terms =
        let x = Array.map Array.head sample.Operands

        {
            Value = fun _ -> value x
            Slope = fun operand _ -> slopes[operand] x
            Relative = 0.0
        }

    /// The kernel over spans that a pointwise definition has.
    let withSpans (loss: 'L) (case: Case) : Case when 'L: struct and 'L :> IPointwise and 'L: (new: unit -> 'L) and 'L :> ValueType =
        { case with
            Spans =
                Some
                    { new Spans with
                        member _.Gradient(x, _, _) =
                            let gradient = Array.zeroCreate x[0].Length

                            loss.ValueAndGradient(ReadOnlySpan x[0], ReadOnlySpan x[1], Span gradient) |> ignore

                            gradient
                    }
        }
