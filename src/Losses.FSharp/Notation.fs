namespace Losses.FSharp

open Losses

/// The notation of the textbook over any number type: opened only where losses are written, for it takes the place of float arithmetic.
module Notation =

    /// a · b of two floats, where the notation has taken * for itself.
    let inline ( *. ) (a: float) (b: float) : float = Operators.(*) a b

    /// a / b of two floats.
    let inline (./.) (a: float) (b: float) : float = Operators.(/) a b

    // F# cannot chain operators on a type that is constrained by static abstract ones (FS0670); shadowing them lets everything be inferred.

    /// a + b
    let inline (+) (a: 'T) (b: 'T) : 'T :> IReal<'T> = 'T.op_Addition (a, b)

    /// a − b
    let inline (-) (a: 'T) (b: 'T) : 'T :> IReal<'T> = 'T.op_Subtraction (a, b)

    /// a · b
    let inline (*) (a: 'T) (b: 'T) : 'T :> IReal<'T> = 'T.op_Multiply (a, b)

    /// a / b
    let inline (/) (a: 'T) (b: 'T) : 'T :> IReal<'T> = 'T.op_Division (a, b)

    /// k · x, for a constant k other than 0.
    let inline (.*) (k: float) (x: 'T) : 'T :> IReal<'T> = 'T.Scale(k, x)

    /// −x
    let inline (~-) (x: 'T) : 'T :> IReal<'T> = 'T.op_UnaryNegation x

    /// A constant.
    let inline num (value: float) : 'T :> IReal<'T> = 'T.Constant value

    /// |x|
    let inline abs (x: 'T) : 'T :> IReal<'T> = 'T.Abs x

    /// The larger of a and b.
    let inline max (a: 'T) (b: 'T) : 'T :> IReal<'T> = 'T.Max(a, b)

    /// The smaller of a and b.
    let inline min (a: 'T) (b: 'T) : 'T :> IReal<'T> = 'T.Min(a, b)

    /// √x
    let inline sqrt (x: 'T) : 'T :> IReal<'T> = 'T.Sqrt x

    /// eˣ
    let inline exp (x: 'T) : 'T :> IReal<'T> = 'T.Exp x

    /// log x
    let inline log (x: 'T) : 'T :> IReal<'T> = 'T.Log x

    /// log(1 + x)
    let inline log1p (x: 'T) : 'T :> IReal<'T> = 'T.Log1P x

    /// eˣ − 1
    let inline expm1 (x: 'T) : 'T :> IReal<'T> = 'T.ExpM1 x

    /// tanh x
    let inline tanh (x: 'T) : 'T :> IReal<'T> = 'T.Tanh x

    /// log cosh x
    let inline logCosh (x: 'T) : 'T :> IReal<'T> = 'T.LogCosh x

    /// The angle between −½π and ½π whose tangent is x.
    let inline atan (x: 'T) : 'T :> IReal<'T> = 'T.Atan x

    /// The error function.
    let inline erf (x: 'T) : 'T :> IReal<'T> = 'T.Erf x

    /// sin x
    let inline sin (x: 'T) : 'T :> IReal<'T> =
        let struct (sin, _) = 'T.SinCos x
        sin

    /// cos x
    let inline cos (x: 'T) : 'T :> IReal<'T> =
        let struct (_, cos) = 'T.SinCos x
        cos

    /// log Γ(x), NaN below 0.
    let inline logGamma (x: 'T) : 'T :> IReal<'T> = 'T.LogGamma x

    /// The derivative of the digamma function of an order of at least 1.
    let inline polygamma (order: int) (x: 'T) : 'T :> IReal<'T> = 'T.Polygamma(order, x)

    /// The slope of log Γ(x), NaN below 0.
    let inline digamma (x: 'T) : 'T :> IReal<'T> = 'T.Digamma x

    /// x to a constant power.
    let inline power (exponent: float) (x: 'T) : 'T :> IReal<'T> = 'T.Power(x, exponent)

    /// Softplus and sigmoid of x and of −x.
    let inline logistic (x: 'T) : Logistic<'T> when 'T :> IReal<'T> = 'T.Logistic x

    /// log(1 + eˣ)
    let inline softplus (x: 'T) : 'T :> IReal<'T> = ('T.Logistic x).Softplus

    /// w · x, where a weight of 0 removes x whatever it is: 0 · log 0 = 0.
    let inline weigh (weight: 'T) (x: 'T) : 'T :> IReal<'T> = 'T.Weigh(weight, x)

    /// x, of derivative 0.
    let inline detach (x: 'T) : 'T :> IReal<'T> = 'T.Detach x

    /// x clipped to ±bound.
    let inline clip (bound: float) (x: 'T) : 'T :> IReal<'T> = 'T.Clip(bound, x)

    /// value, but NaN where x is, in value and slope.
    let inline given (x: 'T) (value: 'T) : 'T :> IReal<'T> = 'T.Given(x, value)

    /// less where a < b, else otherwise.
    let inline ifLess (a: 'T) (b: 'T) (less: 'T) (otherwise: 'T) : 'T :> IReal<'T> = 'T.IfLess(a, b, less, otherwise)

    /// max(0, x), of slope 0 at 0.
    let inline hinge (x: 'T) : 'T :> IReal<'T> = 'T.Max('T.Constant 0.0, x)

/// The operations across elements, for structured losses.
module TensorNotation =

    /// The shape.
    let inline shapeOf (x: 'T) : Shape when 'T :> ITensor<'T> =
        System.ArgumentNullException.ThrowIfNull(box x, nameof x)
        x.Shape

    /// The same elements under another shape.
    let inline reshape (shape: Shape) (x: 'T) : 'T :> ITensor<'T> = 'T.Reshape(x, shape)

    /// Repeated to a shape.
    let inline expand (shape: Shape) (x: 'T) : 'T :> ITensor<'T> = 'T.Expand(x, shape)

    /// The sum along one axis, which is removed.
    let inline sumAlong (axis: int) (x: 'T) : 'T :> ITensor<'T> =
        'T.Sum(x, System.ReadOnlySpan [| (shapeOf x).Axis(axis, nameof axis) |], false)

    /// The sum of all elements.
    let inline sumAll (x: 'T) : 'T :> ITensor<'T> = 'T.Sum(x, System.ReadOnlySpan(Array.init (shapeOf x).Rank id), false)

    /// Sums of terms that do not know of each other: where one is NaN no term has a slope.
    let inline whole (sums: 'T) : 'T :> ITensor<'T> =
        System.ArgumentNullException.ThrowIfNull(box sums, nameof sums)
        'T.Given(sums, sums)

    /// Less its mean along an axis.
    let internal centred (axis: int) (x: 'T) : 'T :> ITensor<'T> =
        let sum = 'T.Sum(x, System.ReadOnlySpan [| axis |], true)
        Notation.(-) x (expand x.Shape (Notation.(/) sum (Notation.num (float x.Shape[axis]))))

    /// The products of each row of a matrix with each of others, (rows, others).
    let internal productsOfRows (others: 'T) (rows: 'T) : 'T :> ITensor<'T> =
        'T.MatMul(rows, 'T.Permute(others, System.ReadOnlySpan [| 1; 0 |]))

    /// Weights as a constant tensor beside x.
    let constant (like: 'T) (weights: Weights) : 'T :> ITensor<'T> =
        System.ArgumentNullException.ThrowIfNull(box weights, nameof weights)

        if weights.IsNone then
            raise (System.ArgumentException("there are no weights.", nameof weights))

        'T.Create(like, weights)
