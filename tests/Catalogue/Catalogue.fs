/// Every public function that is a loss, or goes before one, with each of its hyperparameters that matters: what all tests walk.
module Losses.Catalogue.Catalogue

let all: Entry list =
    Elementwise.entries
    @ Regressions.entries
    @ Hinges.entries
    @ Likelihoods.entries
    @ Scores.entries
    @ Classes.entries
    @ Shares.entries
    @ Ensembles.entries
    @ Forecasts.entries
    @ Distributions.entries
    @ Asymmetric.entries
    @ Rows.entries
    @ Linear.entries
    @ Regions.entries
    @ Boxes.entries
    @ Generation.entries
    @ Audio.entries
    @ SelfSupervision.entries
    @ Transport.entries
    @ Images.entries
    @ Ranking.entries
    @ Survival.entries
    @ Preferences.entries
    @ Embeddings.entries
    @ Retrieval.entries
    @ Paths.entries
    @ Training.entries

let find (name: string) : Entry = all |> List.find (fun entry -> entry.Name = name)
