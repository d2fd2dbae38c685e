module Losses.Tests.Laws.Records

open System.Reflection
open Microsoft.FSharp.Core
open Xunit
open Losses.Tests

/// The modules whose public functions are losses, or go before one.
let private modules =
    [
        for name in
            [
                "Activations"
                "Regression"
                "Robust"
                "Binary"
                "Classification"
                "Focal"
                "Classes"
                "Ordinal"
                "Evidential"
                "Sparse"
                "Probabilities"
                "Survival"
                "Ensembles"
                "Forecasts"
                "Distributions"
                "Agreement"
                "Asymmetric"
                "Preferences"
                "Policy"
                "Boxes"
                "Generation"
                "Images"
                "Audio"
                "Divergence"
                "Similarity"
                "Likelihood"
                "Likelihoods"
                "Scores"
                "Margin"
                "Hinges"
                "Ranking"
                "Embedding"
                "Regions"
                "Sequence"
                "Vocabulary"
                "Contrastive"
                "Proxies"
                "Metric"
                "Hypersphere"
                "SelfSupervision"
                "Transport"
                "Retrieval"
                "Values"
                "Paths"
                "Tokens"
                "Advantages"
                "Latents"
            ] -> nonNull (typeof<Losses.FSharp.Reducing>.Assembly.GetType $"Losses.FSharp.{name}")
    ]

/// Modules that hold no losses.
let private others =
    set
        [
            "Notation"
            "TensorNotation"
            "Pointwise"
            "Sums"
            "SoftmaxRows"
            "Pairs"
            "WeightedPairs"
            "Reduce"
            "Diff"
            "Formulas"
        ]

let private catalogued = set [ for entry in Losses.Catalogue.Catalogue.all -> entry.Function ]

[<Fact>]
let ``every public function of a loss module is in the catalogue`` () =
    let functions =
        [
            for holder in modules do
                for method in holder.GetMethods(BindingFlags.Public ||| BindingFlags.Static ||| BindingFlags.DeclaredOnly) do
                    if not method.IsSpecialName then
                        method.Name
        ]

    Assert.NotEmpty functions

    let missing = functions |> List.filter (fun name -> not (catalogued.Contains name))
    Assert.True(missing.IsEmpty, $"not in the catalogue: {missing}")

[<Fact>]
let ``every entry of the catalogue is a public function`` () =
    let functions =
        set
            [
                for holder in modules do
                    for method in holder.GetMethods() -> method.Name
            ]

    let missing = catalogued - functions
    Assert.True(missing.IsEmpty, $"no such function: {missing}")

[<Fact>]
let ``every public module is known to hold losses, or not to`` () =
    let known = Set.union others (set [ for holder in modules -> holder.Name ])

    let unknown =
        [
            for holder in typeof<Losses.FSharp.Reducing>.Assembly.GetExportedTypes() do
                let isModule =
                    holder.GetCustomAttributes<CompilationMappingAttribute>()
                    |> Seq.exists (fun mapping -> mapping.SourceConstructFlags = SourceConstructFlags.Module)

                let name = holder.Name.Replace("Module", "")

                if isModule && not holder.IsNested && not (known.Contains name) then
                    name
        ]

    Assert.True(unknown.IsEmpty, $"neither listed as losses nor as others: {unknown}")

[<Fact>]
let ``no two entries of the catalogue have one name`` () =
    let entries = Losses.Catalogue.Catalogue.all
    Assert.Equal(entries.Length, (entries |> List.distinctBy _.Name).Length)
