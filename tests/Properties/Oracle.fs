namespace Losses.Tests

open Losses

/// The truth, to 106 bits: the definition over DoubleDouble, its slopes over dual numbers of it.
module Oracle =

    let private exact (x: float) = DoubleDouble.Constant x

    let private fixedAt (x: float) = Dual<DoubleDouble>.Fixed(exact x)

    let private variableAt (x: float) = Dual<DoubleDouble>.Variable(exact x)

    let value (loss: Definition) (x: float) (t: float) : DoubleDouble = loss.Scalar(exact x, exact t)

    /// The derivative by the prediction.
    let slope (loss: Definition) (x: float) (t: float) : DoubleDouble = loss.Scalar(variableAt x, fixedAt t).Derivative

    /// The derivative by the target.
    let targetSlope (loss: Definition) (x: float) (t: float) : DoubleDouble = loss.Scalar(fixedAt x, variableAt t).Derivative

    /// The second derivative by the prediction.
    let curvature (loss: Definition) (x: float) (t: float) : DoubleDouble =
        let variable = Dual<Dual<DoubleDouble>>.Variable(variableAt x)
        let target = Dual<Dual<DoubleDouble>>.Fixed(fixedAt t)
        loss.Scalar(variable, target).Derivative.Derivative

    let private largest (x: float[]) = x |> Array.indexed |> Array.maxBy snd |> fst

    /// The values of a row loss.
    let rowValues (loss: RowDefinition) (x: float[]) (second: float[]) (label: int) : DoubleDouble[] =
        loss.Row(Array.map exact x, Array.map exact second, label, largest x)

    /// The values of a row loss, and their derivatives by each element of the row.
    let row (loss: RowDefinition) (x: float[]) (second: float[]) (label: int) : DoubleDouble[] * DoubleDouble[][] =
        let values = rowValues loss x second label

        let slopes =
            Array.init x.Length (fun k ->
                let at = Array.mapi (fun j y -> if j = k then variableAt y else fixedAt y) x
                loss.Row(at, Array.map fixedAt second, label, largest x) |> Array.map _.Derivative)

        values, slopes
