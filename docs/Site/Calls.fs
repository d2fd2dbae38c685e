/// How a function is called, from its signature and that of its method: the text of the pages, and the same as programs that a compiler takes.
module Losses.Site.Calls

open System
open System.Collections.Generic
open System.Globalization
open System.Reflection
open Losses
open Losses.Catalogue
open Losses.CSharp
open Losses.Site.Subject

let private statics = BindingFlags.Public ||| BindingFlags.Static ||| BindingFlags.DeclaredOnly

let private facade =
    [ typeof<Loss>; typeof<Similarity>; typeof<Activations> ]
    |> List.collect (fun t -> t.GetMethods statics |> List.ofArray)

// Functions that share a method with another: its overloads are told by what they take.
let private shared =
    dict
        [
            "balancedBceWithLogits", "BCEWithLogits"
            "crossEntropyWithProbabilities", "CrossEntropy"
            "focalWithProbabilities", "Focal"
            "poly1WithProbabilities", "Poly1"
            "sparsemaxLossWithProbabilities", "SparsemaxLoss"
            "entmax15LossWithProbabilities", "Entmax15Loss"
            "diceWithLabels", "Dice"
            "jaccardWithLabels", "Jaccard"
            "tverskyWithLabels", "Tversky"
            "generalizedDiceWithLabels", "GeneralizedDice"
        ]

let private nameOf (p: ParameterInfo) : string = nonNull p.Name

/// The method of the façade that is the function.
let methodOf (subject: Subject) : MethodInfo =
    let entry = subject.Entry
    let batch = Batch.Ordinary(entry, 1, Format.float64, (if entry.IsWhole then 1 else 3), List.last entry.Widths)
    let tensors = batch.Inputs |> Array.map (fun (values, shape) -> DiffTensor<float>(values, shape))
    let given = entry.Arguments tensors batch.Labels |> List.map fst
    let names = HashSet(given @ (entry.Operands |> List.map _.Name))

    let own =
        match shared.TryGetValue subject.Name with
        | true, other -> other
        | _ -> subject.Name

    facade
    |> List.filter (fun m ->
        m.Name.Equals(own, StringComparison.OrdinalIgnoreCase)
        && m.GetParameters() |> Array.forall (fun p -> p.HasDefaultValue || names.Contains(nameOf p))
        && given |> List.forall (fun name -> m.GetParameters() |> Array.exists (fun p -> p.Name = name)))
    |> List.exactlyOne

let private isLoss (m: MethodInfo) = m.ReturnType.IsGenericType && m.ReturnType.Name = "LossValues`1"

let private literal (value: float) =
    let text = value.ToString("R", CultureInfo.InvariantCulture)
    if text.Contains '.' || text.Contains 'E' then text else text + ".0"

let private hasDefault (kind: Type) = not (isNull (kind.GetProperty("Default", BindingFlags.Public ||| BindingFlags.Static)))

let rec private fsharpType (kind: Type) : string =
    if kind.IsGenericParameter then
        "DiffTensor<float>"
    elif kind = typeof<float> then
        "float"
    elif kind = typeof<bool> then
        "bool"
    elif kind = typeof<int> then
        "int"
    elif kind.IsArray then
        fsharpType (nonNull (kind.GetElementType())) + "[]"
    elif kind.IsGenericType then
        let arguments = kind.GetGenericArguments() |> Array.map fsharpType

        match kind.Name with
        | "FSharpFunc`2" -> $"({arguments[0]} -> {arguments[1]})"
        | "Tuple`2" -> $"{arguments[0]} * {arguments[1]}"
        | name -> let arguments = String.Join(", ", arguments) in $"{name.Substring(0, name.IndexOf '`')}<{arguments}>"
    else
        kind.Name

let rec private csharpType (kind: Type) : string =
    if kind.IsGenericParameter then
        "DiffTensor<double>"
    elif kind = typeof<float> then
        "double"
    elif kind = typeof<bool> then
        "bool"
    elif kind = typeof<int> then
        "int"
    elif kind.IsArray then
        csharpType (nonNull (kind.GetElementType())) + "[]"
    elif kind.IsGenericType then
        let arguments = String.Join(", ", kind.GetGenericArguments() |> Array.map csharpType)
        $"{kind.Name.Substring(0, kind.Name.IndexOf '`')}<{arguments}>"
    else
        kind.Name

// A parameter whose name is a keyword of C#.
let private csharpName (p: ParameterInfo) : string =
    match nameOf p with
    | "base"
    | "case"
    | "checked"
    | "default"
    | "event"
    | "fixed"
    | "object"
    | "params" as keyword -> "@" + keyword
    | name -> name

type Call =
    {
        Text: string
        /// What stands in it, with its type.
        Free: (string * string) list
    }

let private mean (m: MethodInfo) (fsharp: bool) =
    if not (isLoss m) then ""
    elif fsharp then " |> Reduce.mean"
    else ".Mean()"

let fsharp (subject: Subject) : Call =
    let defaults =
        dict
            [
                for p in (methodOf subject).GetParameters() do
                    if p.HasDefaultValue then
                        nameOf p, p.DefaultValue
            ]

    let arguments =
        [
            for p in subject.Method.GetParameters() do
                match defaults.TryGetValue(nameOf p) with
                | true, (:? float as value) when p.ParameterType = typeof<float> && Double.IsFinite value -> literal value, None
                | true, (:? bool as value) when p.ParameterType = typeof<bool> -> (if value then "true" else "false"), None
                | true, (:? int as value) when p.ParameterType = typeof<int> -> (if value < 0 then $"({value})" else string value), None
                | _ when hasDefault p.ParameterType -> $"{p.ParameterType.Name}.Default", None
                | _ -> nameOf p, Some(nameOf p, fsharpType p.ParameterType)
        ]

    {
        Text = $"""{subject.Name} {String.Join(" ", List.map fst arguments)}{mean subject.Method true}"""
        Free = arguments |> List.choose snd
    }

// The options that are numbers, by name.
let private options (m: MethodInfo) : string list =
    [
        for p in m.GetParameters() do
            match p.HasDefaultValue, p.DefaultValue with
            | true, (:? float as value) when Double.IsFinite value && p.ParameterType = typeof<float> ->
                $"""{csharpName p}: {value.ToString("R", CultureInfo.InvariantCulture)}"""
            | _ -> ()
    ]

let private owner (m: MethodInfo) = (nonNull m.DeclaringType).Name

let csharp (subject: Subject) : Call =
    let m = methodOf subject
    let required = m.GetParameters() |> Array.filter (fun p -> not p.HasDefaultValue) |> List.ofArray
    let arguments = (required |> List.map csharpName) @ options m

    {
        Text = $"""{owner m}.{m.Name}({String.Join(", ", arguments)}){mean m false}"""
        Free = required |> List.map (fun p -> csharpName p, csharpType p.ParameterType)
    }

/// On torch.Tensor: of one tensor, two or three, or of one and its labels, whatever else it takes.
let torch (subject: Subject) : Call option =
    let m = methodOf subject
    let required = m.GetParameters() |> Array.filter (fun p -> not p.HasDefaultValue) |> List.ofArray
    let isTensor (p: ParameterInfo) = p.ParameterType.IsGenericParameter
    let labels = required |> List.filter (fun p -> p.ParameterType = typeof<Labels>)

    let lambda =
        match required |> List.filter isTensor, labels with
        | [ x ], [ y ] -> Some [ x, "x"; y, "y" ]
        | [ x ], [] -> Some [ x, "x" ]
        | [ x; t ], [] -> Some [ x, "x"; t, "t" ]
        | [ a; b; c ], [] -> Some [ a, "a"; b, "b"; c, "c" ]
        | _ -> None

    match lambda with
    | Some bound when isLoss m && required |> List.forall (fun p -> isTensor p || not p.ParameterType.ContainsGenericParameters) ->
        let name p = bound |> List.tryPick (fun (own, short) -> if own = p then Some short else None) |> Option.defaultValue (csharpName p)
        let arguments = String.Join(", ", (required |> List.map name) @ options m)
        let shorts = bound |> List.map snd
        let head = if shorts.Length = 1 then shorts.Head else $"""({String.Join(", ", shorts)})"""
        let given = String.Join(", ", bound |> List.map (fst >> csharpName))

        Some
            {
                Text = $"Torch.Loss({head} => {owner m}.{m.Name}({arguments}).Mean(), {given}).backward();"
                Free =
                    required
                    |> List.map (fun p ->
                        csharpName p,
                        (if bound |> List.exists (fun (own, _) -> own = p) then
                             "torch.Tensor"
                         else
                             csharpType p.ParameterType))
            }
    | _ -> None

/// The pages' calls as two programs, each call a function of what stands in it.
let programs (subjects: Subject list) : string * string =
    let parameters separator (shown: string * string -> string) (call: Call) = String.Join(separator, call.Free |> List.map shown)

    let fsharp =
        [
            "module Losses.Site.FSharpCalls"
            "open Losses"
            "open Losses.FSharp"
            for s in subjects do
                let call = fsharp s
                $"""let {s.Name}Call ({parameters ", " (fun (name, kind) -> $"{name}: {kind}") call}) = {call.Text}"""
        ]

    let csharp =
        [
            "using Losses;"
            "using Losses.CSharp;"
            "using Losses.FSharp;"
            "using Activations = Losses.CSharp.Activations;"
            "using Similarity = Losses.CSharp.Similarity;"
            "using Losses.TorchSharp;"
            "using TorchSharp;"
            "namespace Losses.Site;"
            "internal static class CSharpCalls"
            "{"
            for s in subjects do
                let call = csharp s
                $"""    internal static object {s.Name}Call({parameters ", " (fun (name, kind) -> $"{kind} {name}") call}) => {call.Text};"""

                match torch s with
                | Some call ->
                    $"""    internal static void {s.Name}Torch({parameters ", " (fun (name, kind) -> $"{kind} {name}") call}) {{ {call.Text} }}"""
                | None -> ()
            "}"
        ]

    String.Join("\n", fsharp) + "\n", String.Join("\n", csharp) + "\n"
