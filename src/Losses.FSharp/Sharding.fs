namespace Losses

open System.Runtime.InteropServices
open Losses.FSharp

/// <summary>Cross-entropy of which each machine has some of the classes: a vocabulary cut over machines.</summary>
[<AbstractClass; Sealed>]
type CrossEntropyShard private () =

    /// <summary>The shard of some of the classes.</summary>
    /// <param name="classes">How many classes a whole row has.</param>
    /// <param name="first">The first class of this shard.</param>
    /// <param name="count">How many classes this shard has.</param>
    /// <param name="classWeights">A weight for each class; none by default.</param>
    /// <param name="labelSmoothing">ε in [0, 1]: this share of the loss is the mean over all classes; 0 by default.</param>
    /// <exception cref="T:System.ArgumentException">There is another number of weights than of classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    /// <remarks>A negative label is ignored. Value and gradient are the same bits for every cut of the classes. Source: the vocabulary-parallel loss of Shoeybi et al.,
    /// Megatron-LM (2019).</remarks>
    static member Of
        (
            classes: int,
            first: int,
            count: int,
            [<Optional>] classWeights: Weights | null,
            [<Optional; DefaultParameterValue(0.0)>] labelSmoothing: float
        ) : ClassShard =
        let weights = Option.ofObj classWeights |> Option.defaultValue Weights.None
        ClassShard.Of(NegativeLog(), classes, first, count, weights.Values, labelSmoothing)
