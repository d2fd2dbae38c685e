namespace Losses.Accuracy

open System
open System.Runtime.CompilerServices
open System.Runtime.Intrinsics
open Losses

/// Eight float64 numbers that answer with .NET's own vector functions, as Real does with those of Math: nothing of the library's lanes is in it.
[<Struct; NoEquality; NoComparison>]
type Wide(value: Vector512<float>) =
    member _.Value = value

    interface IReal<Wide> with
        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member (+)(a: Wide, b: Wide) = Wide(a.Value + b.Value)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member (-)(a: Wide, b: Wide) = Wide(a.Value - b.Value)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member (*)(a: Wide, b: Wide) = Wide(a.Value * b.Value)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member (/)(a: Wide, b: Wide) = Wide(a.Value / b.Value)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member (~-)(x: Wide) = Wide(Vector512.Negate x.Value)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Constant value = Wide(Vector512.Create value)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Abs x = Wide(Vector512.Abs x.Value)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Max(a, b) = Wide(Vector512.Max(a.Value, b.Value))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Min(a, b) = Wide(Vector512.Min(a.Value, b.Value))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Sqrt x = Wide(Vector512.Sqrt x.Value)

        static member Exp x = Wide(Vector512.Exp x.Value)
        static member Log x = Wide(Vector512.Log x.Value)
        static member Log1P _ = raise (NotSupportedException "No loss of one number asks for it.")
        static member ExpM1 _ = raise (NotSupportedException "No loss of one number asks for it.")
        static member Tanh _ = raise (NotSupportedException "No loss of one number asks for it.")
        static member LogCosh _ = raise (NotSupportedException "No loss of one number asks for it.")
        static member Atan _ = raise (NotSupportedException "No loss of one number asks for it.")
        static member Erf _ = raise (NotSupportedException "No loss of one number asks for it.")
        static member SinCos _ = raise (NotSupportedException "No loss of one number asks for it.")
        static member LogGamma _ = raise (NotSupportedException "No loss of one number asks for it.")
        static member Polygamma(_, _) = raise (NotSupportedException "No loss of one number asks for it.")
        static member Digamma _ = raise (NotSupportedException "No loss of one number asks for it.")
        static member Power(_, _) = raise (NotSupportedException "No loss of one number asks for it.")

        static member Logistic(x: Wide) : Logistic<Wide> =
            let one = Vector512.Create 1.0
            let e = Vector512.Exp(Vector512.Negate(Vector512.Abs x.Value))
            let sum = one + e
            // log(1 + e): the logarithm of the rounded sum, and what the rounding lost times the slope there.
            let log = Vector512.Log sum + (e - (sum - one)) / sum
            let isBelow = Vector512.LessThan(x.Value, Vector512<float>.Zero)
            let pick below above = Wide(Vector512.ConditionalSelect(isBelow, below, above))
            let near, far = one / sum, e / sum
            Logistic(pick log (log + x.Value), pick (log - x.Value) log, pick far near, pick near far)

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Weigh(weight, x) =
            let isZero = Vector512.Equals(weight.Value, Vector512<float>.Zero)
            Wide(Vector512.ConditionalSelect(isZero, Vector512<float>.Zero, weight.Value * x.Value))

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member Detach x = x

        [<MethodImpl(MethodImplOptions.AggressiveInlining)>]
        static member IfLess(a, b, less, otherwise) =
            Wide(Vector512.ConditionalSelect(Vector512.LessThan(a.Value, b.Value), less.Value, otherwise.Value))
