namespace Losses.Catalogue

open System
open Losses

/// A storage format, its numbers seen as float64.
type Format(name: string, fraction: int, lowest: int, largest: float, round: float -> float, next: float -> float) =
    let unitAt exponent = Math.ScaleB(1.0, max (exponent - fraction) lowest)

    member _.Name = name
    member _.Largest = largest
    member _.Least = Math.ScaleB(1.0, lowest)
    member _.LeastNormal = Math.ScaleB(1.0, lowest + fraction)

    /// The nearest number of the format.
    member _.Round x = round x

    /// The next number above.
    member _.Next x = next x

    /// The unit in the last place that the truth has: the smallest subnormal at the least, that of the largest number at the most.
    member _.Ulp(truth: DoubleDouble) =
        if truth.High = 0.0 then
            unitAt -5000
        else
            let size = DoubleDouble.Abs truth
            let exponent = min (Math.ILogB size.High) (Math.ILogB largest)
            // Just below a power of two, the unit is that of the numbers below.
            unitAt (
                if DoubleDouble.op_LessThan (size, DoubleDouble.op_Implicit (Math.ScaleB(1.0, exponent))) then
                    exponent - 1
                else
                    exponent
            )

    /// |got − truth| in ulp of the truth, less a slack; 0 where both are NaN, or both the infinity that the truth rounds to.
    member format.Error(got: float, truth: DoubleDouble, slack: float) =
        if Double.IsNaN got || Double.IsNaN truth.High then
            if Double.IsNaN got && Double.IsNaN truth.High then 0.0 else infinity
        elif Double.IsInfinity truth.High then
            if got = truth.High then 0.0 else infinity
        else
            let last = unitAt (Math.ILogB largest)

            if Double.IsInfinity got then
                // An infinity stands for the power of two where the format ends; from half a unit below it on, it is the right answer.
                let size = DoubleDouble.Abs truth

                let missing =
                    if sign got = sign truth.High then
                        ((DoubleDouble.op_Implicit largest - size).High - slack) / last + 1.0
                    else
                        infinity

                if missing <= 0.5 then 0.0 else missing
            else
                max 0.0 (abs ((got - truth.High) - truth.Low) - slack) / format.Ulp truth

module Format =

    let float32 =
        Format("float32", 23, -149, float Single.MaxValue, float32 >> float, fun x -> float (Single.BitIncrement(float32 x)))

    let float64 = Format("float64", 52, -1074, Double.MaxValue, id, Double.BitIncrement)
