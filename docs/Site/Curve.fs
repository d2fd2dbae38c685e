/// Curves of value, slope and curvature, as SVG: the numbers are those of the definition over dual numbers, or of the formula that the tests hold the function to.
module Losses.Site.Curve

open System
open System.Globalization
open System.Reflection
open System.Text
open Losses
open Losses.Catalogue
open Losses.FSharp
open Losses.Site.Subject

/// A function of one number.
type Along =
    abstract Of<'T when 'T :> IReal<'T>> : 'T -> 'T

type Series = { Label: string; At: float -> float[] }

type Picture =
    {
        Series: Series list
        /// What the axis is.
        Axis: string
        Caption: string
        From: float
        To: float
    }

/// Value, slope and curvature.
let private three (along: Along) (x: float) : float[] =
    let once = Dual<Real>(Real x, Real 1.0)
    let twice = Dual<Dual<Real>>(once, Dual<Real>(Real 1.0, Real 0.0))
    [| (along.Of(Real x)).Value; (along.Of once).Derivative.Value; (along.Of twice).Derivative.Derivative.Value |]

let private number (value: float) = value.ToString("0.####", CultureInfo.InvariantCulture).Replace("-", "−")

// An operand that stays where it is, and the values that are drawn of one.
let private ordinary (entry: Entry) (operand: Operand) : float list =
    let isDifference = entry.Laws |> List.contains OfDifference
    let isPositive = entry.Operands.Head.Numbers = Numbers.Positive

    match operand.Numbers with
    | Numbers.Any when operand.Name = "lower" -> [ -1.0 ]
    | Numbers.Any when operand.Name = "upper" || operand.Name = "scale" -> [ 1.0 ]
    | Numbers.Any when operand.Name = "target" -> [ (if isDifference then 0.0 else 1.0) ]
    | Numbers.Any -> [ 0.0 ]
    // The density of a share may be infinite at its ends.
    | Numbers.Probability when isPositive -> [ 0.3 ]
    | Numbers.Probability -> [ 1.0; 0.0 ]
    | Numbers.Sign -> [ 1.0; -1.0 ]
    | Numbers.NotNegative -> [ 2.0 ]
    | Numbers.Positive
    | Numbers.AboveMinusOne -> [ 1.0 ]
    | Numbers.AboveOne -> [ 3.0 ]
    | Numbers.Logarithm
    | Numbers.NotPositive -> [ -1.0 ]

let private range (operand: Operand) =
    match operand.Numbers with
    | Numbers.Any -> -4.0, 4.0
    | Numbers.Probability -> 0.005, 0.995
    | Numbers.Sign -> -2.0, 2.0
    | Numbers.NotNegative
    | Numbers.Positive -> 0.02, 5.0
    | Numbers.Logarithm
    | Numbers.NotPositive -> -5.0, -0.02
    | Numbers.AboveMinusOne -> -0.95, 4.0
    | Numbers.AboveOne -> 1.05, 8.0

// By the names of the constructors' parameters. A hyperparameter that is not here has the curve of its ordinary size alone.
let private sweeps =
    dict
        [
            "delta", [ 0.5; 1.0; 2.0 ]
            "beta", [ 0.25; 1.0; 2.0 ]
            "tau", [ 0.1; 0.5; 0.9 ]
            "p", [ 1.0; 1.5; 2.0 ]
            "epsilon", [ 0.1; 0.5; 1.0 ]
            "margin", [ 0.5; 1.0; 2.0 ]
            "kappa", [ 0.5; 1.0; 2.0 ]
            "gamma", [ 0.5; 1.0; 2.0 ]
            "width", [ 1.0; 2.0; 4.0 ]
            "c", [ 1.0; 2.0; 4.0 ]
            "q", [ 0.3; 0.7; 1.0 ]
            "alpha", [ 0.25; 0.5; 0.75 ]
        ]

let private only =
    dict
        [
            // Between its squared error and Welsch's.
            "generalRobust", ("alpha", [ 2.0; 0.0; -2.0 ])
            "focal", ("gamma", [ 0.5; 1.0; 2.0 ])
            "sigmoidFocal", ("gamma", [ 0.0; 1.0; 2.0 ])
            "epsilonInsensitive", ("epsilon", [ 0.5; 1.0; 2.0 ])
            "quantileHuber", ("tau", [ 0.1; 0.5; 0.9 ])
            "tukeyBiweight", ("c", [ 1.0; 2.0; 3.0 ])
            "tweedieDeviance", ("p", [ 0.0; 1.0; 2.0 ])
            "tweedieNLL", ("p", [ 1.2; 1.5; 1.8 ])
            "smape", ("", [])
            "mape", ("", [])
            "bce", ("", [])
            // A margin says nothing of what belongs together.
            "hingeEmbedding", ("", [])
            "poissonNLL", ("", [])
        ]

let private letter (name: string) =
    match name with
    | "delta" -> "δ"
    | "beta" -> "β"
    | "tau" -> "τ"
    | "epsilon" -> "ε"
    | "kappa" -> "κ"
    | "gamma" -> "γ"
    | "alpha" -> "α"
    | "margin" -> "m"
    | "width" -> "w"
    | _ -> name

let private flags = BindingFlags.Instance ||| BindingFlags.Public ||| BindingFlags.NonPublic

// The struct of a type with one hyperparameter of several sizes, and the others as in the definition that is given.
let private swept (name: string) (kind: Type) : (string * IDefinition) list =
    let sizes (parameter: ParameterInfo) : float list =
        let hyperparameter: string = nonNull parameter.Name

        match only.TryGetValue name, sweeps.TryGetValue hyperparameter with
        | (true, (own, values)), _ -> if own = hyperparameter then values else []
        | _, (true, values) -> values
        | _ -> []

    let constructors =
        kind.GetConstructors flags
        |> Array.filter (fun c ->
            c.GetParameters().Length > 0 && c.GetParameters() |> Array.forall (fun p -> p.ParameterType = typeof<float>))
        |> Array.sortBy _.GetParameters().Length

    match constructors |> Array.tryHead with
    | None -> []
    | Some make ->
        let parameters = make.GetParameters()

        match parameters |> Array.tryFindIndex (fun p -> p.ParameterType = typeof<float> && not (sizes p).IsEmpty) with
        | None -> []
        | Some at ->
            [
                for size in sizes parameters[at] do
                    let arguments = parameters |> Array.mapi (fun i p -> if i = at then box size else box (Definitions.size p))
                    $"{letter (nonNull parameters[at].Name)} = {number size}", (make.Invoke arguments :?> IDefinition)
            ]

let private ofDefinition (loss: IDefinition) (constants: float[]) : Along =
    { new Along with
        member _.Of(x: 'T) =
            match loss with
            | :? IPointwise as l -> l.Apply(x, 'T.Constant constants[0])
            | :? IPointwise3 as l -> l.Apply(x, 'T.Constant constants[0], 'T.Constant constants[1])
            | _ -> raise (NotSupportedException $"{loss.GetType()} is not pointwise.")
    }

let private ofEntry (entry: Entry) (constants: float[]) (x: float) : Along =
    { new Along with
        member _.Of(variable: 'T) =
            let operands = Array.append [| [| variable |] |] (constants |> Array.map (fun c -> [| 'T.Constant c |]))
            entry.Formula.Of(operands, Array.append [| [| x |] |] (Array.map Array.singleton constants), [||]).[0]
    }

let private elementwise (subject: Subject) : Picture =
    let entry = subject.Entries |> List.tryFind _.Definition.IsSome |> Option.defaultValue subject.Entry
    let isDifference = entry.Laws |> List.contains OfDifference
    let others = entry.Operands.Tail
    let constants = others |> List.map (ordinary entry)
    let first = constants |> List.map List.head |> List.toArray

    let family =
        match entry.Definition with
        | Some definition when definition.Type.IsValueType -> swept subject.Name definition.Type
        | _ -> []

    let series =
        match family, List.tryFindIndex (fun (values: float list) -> values.Length > 1) constants with
        | _ :: _, _ -> [ for label, loss in family -> { Label = label; At = fun x -> three (ofDefinition loss first) x } ]
        // Of each hard target.
        | [], Some at ->
            [
                for value in constants[at] do
                    let own = Array.copy first
                    own[at] <- value
                    { Label = $"{others[at].Name} = {number value}"; At = fun x -> three (ofEntry entry own x) x }
            ]
        | [], None -> [ { Label = entry.Name; At = fun x -> three (ofEntry entry first x) x } ]

    let low, high = range entry.Operands.Head

    let fixed' =
        List.zip others (List.ofArray first)
        |> List.filter (fun (operand, value) ->
            not (isDifference && value = 0.0 && operand.Name = "target")
            && not (family.IsEmpty && (ordinary entry operand).Length > 1))
        |> List.map (fun (operand, value) -> $"{operand.Name} = {number value}")

    {
        Series = series
        Axis = if isDifference then "x − t" else entry.Operands.Head.Name
        Caption = String.Join(", ", fixed')
        From = low
        To = high
    }

// Of two classes, over the logit of the label less the other.
let private ofSoftmax (loss: ISoftmaxRows) : Along =
    { new Along with
        member _.Of(x: 'T) =
            let l = Notation.logistic x
            loss.Of(Softmax<'T>('T.op_UnaryNegation l.SoftplusOfMinus, l.Sigmoid, l.SigmoidOfMinus), 'T.Constant 1.0)
    }

let private ofTwoClasses (entry: Entry) (x: float) : Along =
    { new Along with
        member _.Of(variable: 'T) = entry.Formula.Of([| [| variable; 'T.Constant 0.0 |] |], [| [| x; 0.0 |] |], [| 0 |]).[0]
    }

// Losses of a row and its label that have no definition of softmaxes.
let private labelled = set [ "multiMargin"; "multiclassHinge"; "sparsemaxLoss"; "entmax15Loss" ]

/// The curves of a function, where it is one of a single number.
let ofSubject (subject: Subject) : Picture option =
    let twoClasses series =
        Some
            {
                Series = series
                Axis = "logit of the label"
                Caption = "two classes, the other logit 0"
                From = -4.0
                To = 4.0
            }

    match subject.Traced with
    | _ when subject.Entry.IsElementwise -> Some(elementwise subject)
    | Some { Definition = :? ISoftmaxRows as loss } ->
        match swept subject.Name (loss.GetType()) with
        | [] -> twoClasses [ { Label = subject.Name; At = three (ofSoftmax loss) } ]
        | several -> twoClasses [ for label, loss in several -> { Label = label; At = three (ofSoftmax (loss :?> ISoftmaxRows)) } ]
    | _ when labelled.Contains subject.Name ->
        twoClasses [ for entry in List.truncate 3 subject.Entries -> { Label = entry.Name; At = fun x -> three (ofTwoClasses entry x) x } ]
    | _ -> None

// ---- SVG

let private samples = 401

let private text (value: float) = value.ToString("0.##", CultureInfo.InvariantCulture)

// The numbers that a panel shows: all but the outermost of them, and 0.
let private extent (values: float[][]) =
    let all = values |> Array.concat |> Array.filter Double.IsFinite |> Array.sort

    if all.Length = 0 then
        -1.0, 1.0
    else
        let low, high = min 0.0 all[all.Length / 50], max 0.0 all[all.Length - 1 - all.Length / 50]
        let spread = if high > low then high - low else 1.0
        low - 0.06 * spread, high + 0.08 * spread

// A line is broken where the function jumps, and where it is not finite.
let private path (x: int -> float) (y: float -> float) (values: float[]) (jump: float) =
    let path = StringBuilder()
    let mutable isDown = false

    values
    |> Array.iteri (fun i value ->
        if not (Double.IsFinite value) then
            isDown <- false
        else
            let broken = i > 0 && abs (value - values[i - 1]) > jump
            path.Append(if isDown && not broken then "L" else "M").Append(text (x i)).Append(' ').Append(text (y value)) |> ignore
            isDown <- true)

    string path

let private ticks (low: float) (high: float) =
    let raw = (high - low) / 4.0
    let unit = Math.Pow(10.0, Math.Floor(Math.Log10 raw))
    let step = unit * ([ 1.0; 2.0; 5.0; 10.0 ] |> List.find (fun s -> s * unit >= raw * 0.999))
    [ for k in ceil (low / step) .. floor (high / step) -> k * step ]

let private tick (value: float) =
    if abs value >= 1e4 || (value <> 0.0 && abs value < 1e-3) then
        value.ToString("0e0", CultureInfo.InvariantCulture).Replace("-", "−")
    else
        number value

let private columns (picture: Picture) =
    let at i = picture.From + (picture.To - picture.From) * float i / float (samples - 1)
    // A kink at 0 is met exactly, and its slope is that which the library has there.
    picture.Series |> List.map (fun series -> Array.init samples (fun i -> series.At(Math.Round(at i, 12)))) |> List.toArray

let private lines (classes: string) (order: int) (width: float) (height: float) (left: float) (top: float) (data: float[][][]) =
    let values = data |> Array.map (Array.map (fun three -> three[order]))
    let low, high = extent values
    let x i = left + width * float i / float (samples - 1)
    let y value = top + height * (high - value) / (high - low)

    let clipped =
        values
        |> Array.map (Array.map (fun v -> if Double.IsFinite v then Math.Clamp(v, low - (high - low), high + (high - low)) else v))

    let paths =
        clipped |> Array.mapi (fun s own -> $"""<path class="{classes} s{s}" d="{path x y own ((high - low) / 6.0)}"/>""")

    String.Join("", paths), low, high, y

/// Value, slope and curvature, side by side.
let panels (subject: Subject) (picture: Picture) : string =
    let data = columns picture
    let left, top, width, height = 44.0, 12.0, 250.0, 170.0

    let panel order title =
        let drawn, low, high, y = lines "line" order width height left top data
        let x value = left + width * (value - picture.From) / (picture.To - picture.From)
        let id = $"clip-{order}"
        let svg = StringBuilder()

        svg.Append(
            $"""<figure class="panel"><figcaption>{title}</figcaption><svg viewBox="0 0 306 218" role="img" aria-label="{title} of {subject.Name} over {picture.Axis}, from {number picture.From} to {number picture.To}"><defs><clipPath id="{id}"><rect x="{left}" y="{top}" width="{width}" height="{height}"/></clipPath></defs>"""
        )
        |> ignore

        for value in ticks low high do
            svg.Append(
                $"""<line class="grid" x1="{left}" x2="{left + width}" y1="{text (y value)}" y2="{text (y value)}"/><text x="{left - 6.0}" y="{text (y value + 4.0)}" text-anchor="end">{tick value}</text>"""
            )
            |> ignore

        for value in ticks picture.From picture.To do
            svg.Append(
                $"""<line class="grid" x1="{text (x value)}" x2="{text (x value)}" y1="{top}" y2="{top + height}"/><text x="{text (x value)}" y="{top + height + 15.0}" text-anchor="middle">{tick value}</text>"""
            )
            |> ignore

        svg.Append($"""<line class="axis" x1="{left}" x2="{left + width}" y1="{text (y 0.0)}" y2="{text (y 0.0)}"/>""")
        |> ignore

        if picture.From < 0.0 && picture.To > 0.0 then
            svg.Append($"""<line class="axis" x1="{text (x 0.0)}" x2="{text (x 0.0)}" y1="{top}" y2="{top + height}"/>""") |> ignore

        svg.Append(
            $"""<g clip-path="url(#{id})">{drawn}</g><text class="label" x="{left + width / 2.0}" y="{top + height + 31.0}" text-anchor="middle">{Documentation.escape picture.Axis}</text></svg></figure>"""
        )
        |> ignore

        string svg

    let legend =
        if picture.Series.Length = 1 then
            ""
        else
            let items =
                picture.Series
                |> List.mapi (fun s series ->
                    $"""<li><svg viewBox="0 0 26 10" aria-hidden="true"><path class="line s{s}" d="M1 5L25 5"/></svg>{Documentation.escape series.Label}</li>""")

            $"""<ul class="legend">{String.Join("", items)}</ul>"""

    let caption =
        if picture.Caption = "" then
            ""
        else
            $"""<p class="note">Drawn with {Documentation.escape picture.Caption}.</p>"""

    $"""<div class="panels">{panel 0 "Value"}{panel 1 "Slope"}{panel 2 "Curvature"}</div>{legend}{caption}"""

/// The values alone, without axes' numbers: a rectangle of so many units.
let thumbnail (picture: Picture) (width: float) (height: float) (left: float) (top: float) : string =
    let drawn, _, _, y = lines "line" 0 width height left top (columns picture)
    let zero = text (y 0.0)
    $"""<line class="axis" x1="{text left}" x2="{text (left + width)}" y1="{zero}" y2="{zero}"/>{drawn}"""

/// Value and slope at the ends and in the middle, as the code has them.
let limits (picture: Picture) : (string * float[]) list =
    let series = picture.Series.Head

    [
        for label, x in [ "−∞", Double.NegativeInfinity; "0", 0.0; "+∞", Double.PositiveInfinity; "NaN", nan ] -> label, series.At x
    ]
