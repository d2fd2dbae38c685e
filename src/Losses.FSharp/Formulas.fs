namespace Losses.FSharp

open Losses

/// The mathematics of a loss.
[<AutoOpen>]
module Formulas =

    /// <summary>The mathematics of a definition, a user's own as well: its value, slope and curvature as text, LaTeX and JavaScript.</summary>
    /// <param name="loss">The definition's struct, with its hyperparameters: <c>Huber 0.5</c>.</param>
    /// <exception cref="T:System.ArgumentException">The loss has no shape that is known.</exception>
    let formula (loss: #IDefinition) : Formula = Formula.Of loss
