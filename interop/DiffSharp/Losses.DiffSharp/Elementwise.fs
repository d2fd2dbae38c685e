/// The operations of IReal on tensors of DiffSharp, element by element, each with the derivative that IReal documents.
/// A value is made of DiffSharp's own elementary operations on constants. Its derivatives are stated here, as DiffSharp's would not do: a slope
/// of 0 times an infinite one is NaN there, max and min go by a sum and a difference, and the sign of a NaN is an exception.
module internal Losses.Elementwise

open DiffSharp
open DiffSharp.Backends

/// A function of constants as DiffSharp's extensions take it.
let raw (f: Tensor -> Tensor) (x: RawTensor) : RawTensor = (f (Tensor.ofRawTensor x)).primalRaw

/// A function of two constants as DiffSharp's extensions take it.
let raw2 (f: Tensor -> Tensor -> Tensor) (x: RawTensor) (y: RawTensor) : RawTensor =
    (f (Tensor.ofRawTensor x) (Tensor.ofRawTensor y)).primalRaw

/// A linear function, by itself and by its transpose.
let linear (name: string) (value: Tensor -> Tensor) (again: Tensor -> Tensor) (transposed: Tensor -> Tensor) (x: Tensor) : Tensor =
    Tensor.Op
        { new UnaryOp(name) with
            member _.fRaw x = raw value x
            member _.ad_dfda(_, xd, _) = again xd
            member _.fd_dfda(_, _, fd) = transposed fd
        }
        x

/// In another data type, and so are the slopes. DiffSharp itself casts constants alone.
let rec cast (dtype: Dtype) (x: Tensor) : Tensor = if x.dtype = dtype then x else linear "cast" _.cast(dtype) (cast dtype) (cast x.dtype) x

/// Rounded to another data type and back; the slope is what it was.
let round (dtype: Dtype) (x: Tensor) : Tensor = linear "round" (fun x -> x.cast(dtype).cast(x.dtype)) id id x

// A gather picks without arithmetic, so that an infinity or a NaN that is not chosen leaves no trace.
let private chosen (mask: Tensor) (x: Tensor) (otherwise: Tensor) : Tensor =
    if x.nelement = 0 then
        x
    else
        Tensor.stack([ otherwise; x ], 0).gather(0, mask.cast(Dtype.Int32).unsqueeze(0)).squeeze(0)

/// x where the mask is true, else otherwise; and so are the slopes.
let rec select (mask: Tensor) (x: Tensor) (otherwise: Tensor) : Tensor =
    Tensor.Op
        { new BinaryOp("select") with
            member _.fRaw(x, otherwise) = raw2 (chosen mask) x otherwise
            member _.ad_dfda(_, xd, _, _) = where mask xd
            member _.bd_dfdb(_, _, otherwised, _) = unless mask otherwised
            member _.fd_dfda(_, _, _, fd) = where mask fd
            member _.fd_dfdb(_, _, _, fd) = unless mask fd
        }
        (x, otherwise)

/// x where the mask is true, else 0.
and where (mask: Tensor) (x: Tensor) : Tensor = select mask x (x.zerosLike ())

/// 0 where the mask is true, else x.
and unless (mask: Tensor) (x: Tensor) : Tensor = select mask (x.zerosLike ()) x

// What has no value has no slope by anything that it was made of.
let private missing (fd: Tensor) (rest: Tensor) : Tensor =
    let above = fd.primalDeep
    if above.hasnan () then select (above.isnan ()) fd rest else rest

let private product (weight: Tensor) (x: Tensor) : Tensor =
    let product = weight * x

    let product =
        if product.hasnan () then
            chosen (weight.eq (weight.zerosLike ())) (x.zerosLike ()) product
        else
            product

    // No −0: it becomes 0.
    product + 0.0

/// The product in which a weight of 0 removes x, whatever it is.
let rec weigh (weight: Tensor) (x: Tensor) : Tensor =
    Tensor.Op
        { new BinaryOp("weigh") with
            member _.fRaw(weight, x) = raw2 product weight x
            member _.ad_dfda(_, weightd, x, _) = weigh weightd x
            member _.bd_dfdb(weight, _, xd, _) = weigh weight xd
            member _.fd_dfda(_, x, _, fd) = weigh fd x
            member _.fd_dfdb(weight, _, _, fd) = weigh fd weight
        }
        (weight, x)

/// The product; a derivative of 0 removes what it multiplies, here and in all that follows.
let multiply (a: Tensor) (b: Tensor) : Tensor =
    Tensor.Op
        { new BinaryOp("multiply") with
            member _.fRaw(a, b) = a.MulTT b
            member _.ad_dfda(_, ad, b, _) = weigh ad b
            member _.bd_dfdb(a, _, bd, _) = weigh bd a
            member _.fd_dfda(_, b, _, fd) = weigh fd b
            member _.fd_dfdb(a, _, _, fd) = weigh fd a
        }
        (a, b)

let rec divide (a: Tensor) (b: Tensor) : Tensor =
    Tensor.Op
        { new BinaryOp("divide") with
            member _.fRaw(a, b) = a.DivTT b
            member _.ad_dfda(_, ad, b, _) = over ad b
            member _.bd_dfdb(_, b, bd, quotient) = -(over (weigh bd quotient) b)
            member _.fd_dfda(_, b, _, fd) = over fd b
            member _.fd_dfdb(_, b, quotient, fd) = -(over (weigh fd quotient) b)
        }
        (a, b)

// y/x where y varies, 0 where it does not, also over an x of 0. Not y times 1/x, which is infinite where x is subnormal.
and private over (y: Tensor) (x: Tensor) : Tensor =
    Tensor.Op
        { new BinaryOp("over") with
            member _.fRaw(y, x) = raw2 (fun y x -> chosen (y.eq (y.zerosLike ())) y (y / x)) y x
            member _.ad_dfda(_, yd, x, _) = over yd x
            member _.bd_dfdb(_, x, xd, quotient) = -(over (weigh xd quotient) x)
            member _.fd_dfda(_, x, _, fd) = over fd x
            member _.fd_dfdb(_, x, quotient, fd) = -(over (weigh fd quotient) x)
        }
        (y, x)

/// A function of one number: its value, from constants, and its slope, from x and the value.
let private unary (name: string) (value: Tensor -> Tensor) (slope: Tensor -> Tensor -> Tensor) (x: Tensor) : Tensor =
    Tensor.Op
        { new UnaryOp(name) with
            member _.fRaw x = raw value x
            member _.ad_dfda(x, xd, value) = weigh xd (slope x value)
            member _.fd_dfda(x, value, fd) = weigh fd (slope x value)
        }
        x

// What DiffSharp has no operation for, or one that loses its way, number by number.
let private mapped (f: Real -> Real) (x: Tensor) : Tensor =
    if x.nelement = 0 then
        x
    else
        let numbers = x.cast(Dtype.Float64).view([ x.nelement ]).toArray() :?> float[]
        x.like(numbers |> Array.map (fun x -> (f (Real x)).Value)).view x.shape

let private zeros (x: Tensor) : Tensor = x.zerosLike ()
let private ones (x: Tensor) : Tensor = x.onesLike ()
let private isPositive (x: Tensor) : Tensor = x.gt (zeros x)
let private isNegative (x: Tensor) : Tensor = x.lt (zeros x)

/// less where a < b, else otherwise.
let ifLess (a: Tensor) (b: Tensor) (less: Tensor) (otherwise: Tensor) : Tensor = select (a.lt b) less otherwise

/// The value, but NaN where x is, in value and in slopes: by the value as by x.
let given (x: Tensor) (value: Tensor) : Tensor =
    let isMissing = x.primalDeep.isnan ()
    let byX (along: Tensor) = missing along (where isMissing (weigh along x.primalDeep))
    let byValue (along: Tensor) = weigh along (chosen isMissing x.primalDeep (ones x.primalDeep))

    Tensor.Op
        { new BinaryOp("given") with
            member _.fRaw(x, value) = raw2 (chosen isMissing) x value
            member _.ad_dfda(_, xd, _, _) = byX xd
            member _.bd_dfdb(_, _, valued, _) = byValue valued
            member _.fd_dfda(_, _, _, fd) = byX fd
            member _.fd_dfdb(_, _, _, fd) = byValue fd
        }
        (x, value)

// Of two of which one is not a number, either choice is wrong but that one.
let max (a: Tensor) (b: Tensor) : Tensor = select (a.lt b + b.isnan ()) b a |> given a |> given b

let min (a: Tensor) (b: Tensor) : Tensor = select (b.lt a + b.isnan ()) b a |> given a |> given b

// 0 at 0, and a NaN stays one. A constant: its slope is 0.
let private sign (x: Tensor) : Tensor =
    let x = x.primalDeep
    chosen (isPositive x) (ones x) (chosen (isNegative x) (-(ones x)) x)

let abs: Tensor -> Tensor = unary "abs" (_.abs()) (fun x _ -> sign x)

let exp: Tensor -> Tensor = unary "exp" (_.exp()) (fun _ value -> value)

let log (x: Tensor) : Tensor =
    Tensor.Op
        { new UnaryOp("log") with
            member _.fRaw x = raw _.log() x
            member _.ad_dfda(x, xd, _) = over xd x
            member _.fd_dfda(x, _, fd) = over fd x
        }
        x

/// t (log t − x), 0 where t is 0: its slopes are products with t nowhere, of which a subnormal one would leave nothing.
let divergence (t: Tensor) (x: Tensor) : Tensor =
    let byT (t: Tensor) (x: Tensor) : Tensor = log t + (1.0 - x)

    Tensor.Op
        { new BinaryOp("divergence") with
            member _.fRaw(t, x) = raw2 (fun t x -> product t (given x (t.log () - x))) t x
            member _.ad_dfda(t, td, x, _) = weigh td (byT t x)
            member _.bd_dfdb(t, _, xd, _) = -(weigh xd t)
            member _.fd_dfda(t, x, _, fd) = weigh fd (byT t x)
            member _.fd_dfdb(t, _, _, fd) = -(weigh fd t)
        }
        (t, x)

/// √x, of slope 0 at 0.
let sqrt: Tensor -> Tensor =
    unary "sqrt" (_.sqrt()) (fun _ root -> where (isPositive root) (divide (root.fullLike 0.5) root))

// Kahan's: what 1 + x was rounded by, the quotient puts right.
let private log1pOf (x: Tensor) : Tensor =
    let sum = 1.0 + x
    let share = sum - 1.0
    let corrected = sum.log () * (x / share)
    // Nothing is left of an x below the last place of 1, whose logarithm it is; and ∞ is not divided by ∞.
    corrected |> chosen (share.eq (zeros x)) x |> chosen (sum.isinf ()) sum

/// log(1 + x)
let log1p: Tensor -> Tensor = unary "log1p" log1pOf (fun x _ -> divide (ones x) (1.0 + x))

// Kahan's again: the logarithm of the rounded exponential says what it is the exponential of.
let private expm1Of (x: Tensor) : Tensor =
    let power = x.exp ()
    let difference = power - 1.0
    let corrected = difference * (x / power.log ())

    corrected
    |> chosen (difference.eq (zeros x)) x
    |> chosen (difference.eq (-(ones x))) difference
    |> chosen (power.isinf ()) power

/// eˣ − 1
let expm1: Tensor -> Tensor = unary "expm1" expm1Of (fun x _ -> exp x)

/// x to a constant power; the slope of a root is 0 at 0.
let rec power (exponent: float) (x: Tensor) : Tensor =
    let slope (x: Tensor) (_: Tensor) =
        if exponent = 0.0 then
            zeros x
        else
            let slope = multiply (x.fullLike exponent) (power (exponent - 1.0) x)
            if exponent > 0.0 && exponent < 1.0 then where (isPositive x) slope else slope

    unary "power" (fun x -> x.pow exponent) slope x

// e^−|x|, which never overflows.
let private tail (x: Tensor) : Tensor = x.abs().neg().exp()

let private sigmoidOf (x: Tensor) : Tensor =
    let tail = tail x
    let share = 1.0 / (1.0 + tail)
    chosen (isNegative x) (tail * share) share

// σ(x) σ(−x), the slope of the sigmoid. Its own is not that of a product, which would take the sigmoids from each other: of their difference, tanh ½x,
// nothing would be left near 0.
let rec private bell (x: Tensor) : Tensor = unary "bell" (fun x -> sigmoidOf x * sigmoidOf -x) (fun x value -> -(multiply value (skew x))) x

and private skew (x: Tensor) : Tensor = unary "skew" (fun x -> (0.5 * x).tanh()) (fun x _ -> 2.0 * bell x) x

/// 1 / (1 + e⁻ˣ)
let sigmoid: Tensor -> Tensor = unary "sigmoid" sigmoidOf (fun x _ -> bell x)

/// tanh x; its slope is 1/cosh² x = 4 σ(2x) σ(−2x).
let tanh: Tensor -> Tensor = unary "tanh" (_.tanh()) (fun x _ -> 4.0 * bell (2.0 * x))

/// log cosh x
let logCosh: Tensor -> Tensor = unary "logCosh" (mapped Real.LogCosh) (fun x _ -> tanh x)

/// The angle between −½π and ½π whose tangent is x.
let atan: Tensor -> Tensor =
    let slope (x: Tensor) (_: Tensor) =
        // The square of a large x overflows; where the 1 is out of sight it is that of 1/x.
        let inverse = divide (ones x) x
        select (x.abs().lt(x.fullLike 1e9)) (divide (ones x) (1.0 + multiply x x)) (multiply inverse inverse)

    unary "atan" (mapped Real.Atan) slope

// e^−x²
let rec private gaussian (x: Tensor) : Tensor = unary "gaussian" (fun x -> (-(x * x)).exp()) (fun x value -> -2.0 * weigh value x) x

/// The error function.
let erf: Tensor -> Tensor = unary "erf" (mapped Real.Erf) (fun x _ -> 2.0 / System.Math.Sqrt System.Math.PI * gaussian x)

/// sin x
let rec sin (x: Tensor) : Tensor = unary "sin" (mapped (fun x -> let struct (sin, _) = Real.SinCos x in sin)) (fun x _ -> cos x) x

/// cos x
and cos (x: Tensor) : Tensor = unary "cos" (mapped (fun x -> let struct (_, cos) = Real.SinCos x in cos)) (fun x _ -> -(sin x)) x

/// The derivatives of the digamma function.
let rec polygamma (order: int) (x: Tensor) : Tensor =
    unary "polygamma" (mapped (fun x -> Real.Polygamma(order, x))) (fun x _ -> polygamma (order + 1) x) x

/// The slope of log Γ(x).
let digamma: Tensor -> Tensor = unary "digamma" (mapped Real.Digamma) (fun x _ -> polygamma 1 x)

/// log Γ(x)
let logGamma: Tensor -> Tensor = unary "logGamma" (mapped Real.LogGamma) (fun x _ -> digamma x)

/// log(1 + eˣ)
let softplus: Tensor -> Tensor =
    unary "softplus" (fun x -> chosen (isPositive x) x (zeros x) + log1pOf (tail x)) (fun x _ -> sigmoid x)
