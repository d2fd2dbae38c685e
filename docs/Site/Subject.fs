/// What there is a page about: a function of the catalogue with all its entries.
module Losses.Site.Subject

open System
open System.Reflection
open Losses
open Losses.Catalogue
open Losses.Site.Documentation

/// A formula that was read from a definition, and what is to be known of it.
type Traced = { Definition: IDefinition; Formula: Losses.Formula; Note: string }

type Subject =
    {
        Name: string
        Family: string
        Method: MethodInfo
        Entries: Entry list
        Documentation: Documentation
        Traced: Traced option
    }

    member subject.Entry = subject.Entries.Head
    member subject.Url = $"loss/{subject.Name}.html"

/// Families in the order of the index, by the modules of Losses.FSharp; a module that is not here comes last, under its own name.
let families =
    [
        "Regression", "Regression"
        "Robust", "Robust regression"
        "Binary", "Yes or no"
        "Hinges", "Hinges"
        "Classification", "Classes"
        "Classes", "Classes, noisy or rare"
        "Focal", "Focal losses"
        "Asymmetric", "Asymmetric and consistent"
        "Sparse", "Sparse probabilities"
        "Margin", "Margins"
        "Ordinal", "Ordered classes"
        "Vocabulary", "Large vocabularies"
        "Divergence", "Divergences and distillation"
        "Probabilities", "Divergences of probabilities"
        "Evidential", "Evidential"
        "Likelihood", "Likelihoods"
        "Likelihoods", "More likelihoods"
        "Distributions", "Bounded and circular distributions"
        "Scores", "Scores of forecasts"
        "Ensembles", "Ensembles and mixtures"
        "Forecasts", "More scores of forecasts"
        "Agreement", "Agreement"
        "Regions", "Segmentation"
        "Boxes", "Boxes"
        "Images", "Images"
        "Embedding", "Embeddings"
        "Contrastive", "Contrastive"
        "Similarity", "Distances"
        "Ranking", "Ranking"
        "Preferences", "Preferences"
        "Policy", "Policies"
        "Generation", "Generation"
        "Sequence", "Sequences"
        "Survival", "Survival"
        "Retrieval", "Recommendation and retrieval"
        "Values", "Temporal differences"
        "Paths", "Tags and alignments"
        "Tokens", "Tokens"
        "Advantages", "Advantages"
        "Latents", "Codes and penalties"
        "Activations", "Activations"
    ]

let familyTitle (family: string) = families |> List.tryFind (fst >> (=) family) |> Option.map snd |> Option.defaultValue family

// Functions whose definition is a struct of another name, or shared.
let private definitions =
    dict
        [
            "crossEntropy", ("NegativeLog", "Without smoothing and class weights.")
            "crossEntropyWithProbabilities", ("NegativeLog", "Without smoothing and class weights.")
            "linearCrossEntropy", ("NegativeLog", "Without smoothing and class weights; x are the logits, input · weightᵀ + bias.")
            "focalWithProbabilities", ("Focal", "Without class weights.")
            "poly1WithProbabilities", ("Poly1", "Without class weights.")
            "multiMargin", ("Lacking", "With p = 1; with p = 2 each difference is squared.")
            "multiLabelMargin", ("Lacking", "Of a label and a class that is none.")
            "multiLabelSoftMargin", ("SoftMarginOfClasses", "")
            "dice", ("Overlap", "With α = β = ½, of probabilities.")
            "diceWithLabels", ("Overlap", "With α = β = ½, of probabilities.")
            "jaccard", ("Overlap", "With α = β = 1, of probabilities.")
            "jaccardWithLabels", ("Overlap", "With α = β = 1, of probabilities.")
            "tversky", ("Overlap", "With γ = 1, of probabilities.")
            "tverskyWithLabels", ("Overlap", "With γ = 1, of probabilities.")
        ]

/// A catalogue's formula of one element, as a definition: what the function computes where it has no struct.
type OfTwo(entry: Entry, numbers: float) =
    interface IPointwise with
        member _.Apply(x: 'T, t: 'T) = entry.Formula.Of([| [| x |]; [| t |] |], [| [| numbers |]; [| numbers |] |], [||]).[0]

type OfThree(entry: Entry, numbers: float) =
    interface IPointwise3 with
        member _.Apply(x: 'T, t: 'T, w: 'T) = entry.Formula.Of([| [| x |]; [| t |]; [| w |] |], Array.create 3 [| numbers |], [||]).[0]

type OfOne(entry: Entry, numbers: float) =
    interface IPointwise with
        member _.Apply(x: 'T, _: 'T) = entry.Formula.Of([| [| x |] |], [| [| numbers |] |], [||]).[0]

let private ofFormula (entry: Entry) : Traced option =
    let definition (numbers: float) : IDefinition option =
        match entry.Operands.Length with
        | 1 -> Some(OfOne(entry, numbers) :> IDefinition)
        | 2 -> Some(OfTwo(entry, numbers) :> IDefinition)
        | 3 -> Some(OfThree(entry, numbers) :> IDefinition)
        | _ -> None

    if not entry.IsElementwise then
        None
    else
        // What chooses its branch by the numbers has more formulas than one.
        match [ 0.25; 2.5; -1.5 ] |> List.choose definition |> List.map (fun loss -> loss, Losses.Formula.Of loss) with
        | (loss, formula) :: others when others |> List.forall (fun (_, other) -> string other = string formula) ->
            let letters = List.zip (List.take entry.Operands.Length [ "x"; "t"; "w" ]) entry.Operands
            let legend = letters |> List.map (fun (letter, operand) -> $"{letter} is <var>{operand.Name}</var>")

            Some { Definition = loss; Formula = formula; Note = String.Join(", ", legend) + "." }
        | _ -> None

let private ordinary (kind: Type) = Definitions.all |> List.tryFind (fun (_, loss) -> loss.GetType() = kind) |> Option.map snd

let private named (name: string) =
    Definitions.all |> List.tryFind (fun (own, _) -> own.Equals(name, StringComparison.OrdinalIgnoreCase)) |> Option.map snd

let private traced (name: string) (entries: Entry list) : Traced option =
    let definition =
        match entries |> List.tryPick _.Definition with
        | Some definition -> Some(defaultArg (ordinary definition.Type) definition.Loss, "")
        | None ->
            match definitions.TryGetValue name with
            | true, (other, note) -> named other |> Option.map (fun loss -> loss, note)
            | _ -> named name |> Option.map (fun loss -> loss, "")

    match definition with
    | Some(loss, note) -> Some { Definition = loss; Formula = Losses.Formula.Of loss; Note = note }
    | None -> entries |> List.tryPick ofFormula

let private modules =
    typeof<Huber>.Assembly.GetExportedTypes()
    |> Array.filter (fun t -> t.IsAbstract && t.IsSealed && t.Namespace = "Losses.FSharp" && t.Name <> "Notation")

let private methodOf (name: string) : MethodInfo =
    modules
    |> Array.collect (fun t -> t.GetMethods(BindingFlags.Public ||| BindingFlags.Static ||| BindingFlags.DeclaredOnly))
    |> Array.filter (fun m -> m.Name = name)
    |> Array.exactlyOne

/// The page's subjects; what has no documentation ends the build.
let all: Subject list =
    [
        for name, entries in Catalogue.all |> List.groupBy _.Function do
            let method = methodOf name
            let family = (nonNull method.DeclaringType).Name

            match ofFunction family name with
            | Some documentation when documentation.Summary <> "" && documentation.Remarks <> "" ->
                {
                    Name = name
                    Family = family
                    Method = method
                    Entries = entries
                    Documentation = documentation
                    Traced = traced name entries
                }
            | _ -> raise (InvalidOperationException $"{family}.{name} has no documentation with a summary and remarks.")
    ]
