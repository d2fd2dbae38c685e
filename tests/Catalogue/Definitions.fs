/// The definitions of the library, of every shape, each with hyperparameters of an ordinary size: what a formula can be made of.
module Losses.Catalogue.Definitions

// A definition of any shape, its static members aside.
#nowarn "3536"

open System
open System.Reflection
open Losses

// By the names of the constructors' parameters, of one struct alone where it has other limits.
let private sizes =
    dict
        [
            "a", 1.25
            "AdaptiveWing.alpha", 2.1
            "alpha", 0.25
            "beta", 0.5
            "c", 4.685
            "centring", 0.01
            "curvature", 0.5
            "delta", 0.7
            "desirableWeight", 1.0
            "divergence", 0.2
            "divisor", 1.7
            "eps", 1e-6
            "epsilon", 0.1
            "gamma", 2.0
            "kappa", 1.5
            "logZero", -4.0
            "lower", -0.5
            "margin", 0.8
            "omega", 14.0
            "p", 1.5
            "q", 0.7
            "scale", 2.0
            "shared", 2.0
            "sigma", 1.3
            "smooth", 1.0
            "smoothing", 0.1
            "tau", 0.3
            "theta", 0.5
            "undesirableWeight", 1.1
            "upper", 1.25
            "width", 5.0
        ]

/// The ordinary size of a hyperparameter.
let size (parameter: ParameterInfo) : float =
    match sizes.TryGetValue $"{(nonNull parameter.Member.DeclaringType).Name}.{parameter.Name}" with
    | true, size -> size
    | _ -> sizes[nonNull parameter.Name]

let private argument (switch: bool) (parameter: ParameterInfo) : objnull =
    let kind = parameter.ParameterType

    if kind = typeof<float> then box (size parameter)
    elif kind = typeof<bool> then box switch
    elif kind = typeof<int> then box 3
    else Enum.ToObject(kind, (if switch then 1 else 0))

let private isNumber (parameter: ParameterInfo) =
    let kind = parameter.ParameterType
    kind = typeof<float> || kind = typeof<bool> || kind = typeof<int> || kind.IsEnum

let private constructors (kind: Type) =
    kind.GetConstructors(BindingFlags.Instance ||| BindingFlags.Public ||| BindingFlags.NonPublic)
    |> Array.filter (fun c -> c.GetParameters().Length > 0 && Array.forall isNumber (c.GetParameters()))
    |> Array.sortByDescending _.GetParameters().Length

/// Each struct of the library that is a definition; where it has switches, with them off and on.
let all: (string * IDefinition) list =
    [
        for kind in typeof<Huber>.Assembly.GetTypes() |> Array.sortBy _.Name do
            if kind.IsValueType && not kind.IsGenericType && typeof<IDefinition>.IsAssignableFrom kind then
                match constructors kind |> Array.tryHead with
                | None -> kind.Name, (nonNull (Activator.CreateInstance kind) :?> IDefinition)
                | Some make ->
                    let given switch = make.Invoke(make.GetParameters() |> Array.map (argument switch)) :?> IDefinition
                    kind.Name, given false

                    if make.GetParameters() |> Array.exists (fun p -> p.ParameterType = typeof<bool> || p.ParameterType.IsEnum) then
                        $"{kind.Name}, switched", given true
    ]

let private between (random: Random) low high = low + (high - low) * random.NextDouble()

let private within (random: Random) (domain: Domain) =
    if domain.LeastMagnitude = 1.0 then float (2 * random.Next 2 - 1)
    elif domain.Least > 0.0 then between random 0.05 4.0
    else between random (max -4.0 domain.Least) (min 4.0 domain.Largest)

let private share (random: Random) =
    let p = between random 0.02 0.98
    [| log p; p; 1.0 - p |]

/// Operands of a definition's program, of ordinary size: of a loss of sums an element's and four sums.
let draw (random: Random) (loss: IDefinition) : float[] =
    match loss with
    | :? IPointwise as l -> [| within random l.Prediction; within random l.Target |]
    | :? IPointwise3 as l -> [| within random l.Prediction; within random l.Target; within random l.Third |]
    | :? IPairs -> Array.init 4 (fun _ -> between random -3.0 3.0)
    | :? ISoftmaxRows -> Array.append (share random) [| random.NextDouble() |]
    | :? ISoftmaxDivergence -> Array.append (share random) (share random)
    | :? ISums as l ->
        let element () = between random 0.05 0.95, between random 0.05 0.95
        let x, t = element ()
        let others = Array.init 5 (fun _ -> element ())

        let terms = Array.append [| x, t |] others |> Array.map (fun (x, t) -> l.Of(Real x, Real t))

        let sum (term: Terms<Real> -> Real) = terms |> Array.sumBy (fun own -> (term own).Value)
        [| x; t; sum _.A; sum _.B; sum _.C; sum _.D |]
    | _ -> raise (NotSupportedException $"{loss.GetType()} has a shape that is not known here.")

/// Value, slope and curvature as the definition has them over numbers of a type; of a loss of sums the value.
let values<'T when 'T :> IReal<'T>> (loss: IDefinition) (x: 'T[]) : 'T[] =
    let number (value: float) : 'T = 'T.Constant value
    let once slope x : Dual<'T> = Dual<'T>(x, slope)
    let twice slope slope' x : Dual<Dual<'T>> = Dual<Dual<'T>>(Dual<'T>(x, slope), Dual<'T>(slope, slope'))
    let zero, one = number 0.0, number 1.0

    // How the operands vary, and how that varies.
    let slopes, slopes' =
        match loss with
        | :? ISoftmaxRows
        | :? ISoftmaxDivergence ->
            let own (first: 'T) = [| first; x[1]; 'T.op_UnaryNegation x[1] |]
            let rest = Array.create (x.Length - 3) zero
            Array.append (own one) rest, Array.append (own zero) rest
        | _ -> Array.init x.Length (fun i -> if i = 0 then one else zero), Array.create x.Length zero

    let x1 = Array.map2 once slopes x
    let x2 = Array.map3 twice slopes slopes' x
    let three (value: 'T) (first: Dual<'T>) (second: Dual<Dual<'T>>) = [| value; first.Derivative; second.Derivative.Derivative |]

    match loss with
    | :? IPointwise as l -> three (l.Apply(x[0], x[1])) (l.Apply(x1[0], x1[1])) (l.Apply(x2[0], x2[1]))
    | :? IPointwise3 as l -> three (l.Apply(x[0], x[1], x[2])) (l.Apply(x1[0], x1[1], x1[2])) (l.Apply(x2[0], x2[1], x2[2]))
    | :? IPairs as l -> three (l.Of(x[0], x[1], x[2], x[3])) (l.Of(x1[0], x1[1], x1[2], x1[3])) (l.Of(x2[0], x2[1], x2[2], x2[3]))
    | :? ISoftmaxRows as l ->
        three
            (l.Of(Softmax<'T>(x[0], x[1], x[2]), x[3]))
            (l.Of(Softmax<Dual<'T>>(x1[0], x1[1], x1[2]), x1[3]))
            (l.Of(Softmax<Dual<Dual<'T>>>(x2[0], x2[1], x2[2]), x2[3]))
    | :? ISoftmaxDivergence as l ->
        three
            (l.Of(Softmax<'T>(x[0], x[1], x[2]), Softmax<'T>(x[3], x[4], x[5])))
            (l.Of(Softmax<Dual<'T>>(x1[0], x1[1], x1[2]), Softmax<Dual<'T>>(x1[3], x1[4], x1[5])))
            (l.Of(Softmax<Dual<Dual<'T>>>(x2[0], x2[1], x2[2]), Softmax<Dual<Dual<'T>>>(x2[3], x2[4], x2[5])))
    | :? ISums as l -> [| l.Value(Terms<'T>(x[2], x[3], x[4], x[5])) |]
    | _ -> raise (NotSupportedException $"{loss.GetType()} has a shape that is not known here.")
