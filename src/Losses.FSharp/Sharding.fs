namespace Losses.FSharp

open Losses

/// Losses of which each machine has a part.
[<AutoOpen>]
module Sharding =

    /// <summary>Cross-entropy of which this machine has some of the classes: a vocabulary cut over machines.</summary>
    /// <param name="options">Class weights and label smoothing; rows are along memory, and a negative label is ignored whatever the options say.</param>
    /// <param name="classes">How many classes a whole row has.</param>
    /// <param name="first">The first class of this shard.</param>
    /// <param name="count">How many classes this shard has.</param>
    /// <exception cref="T:System.ArgumentException">There is another number of weights than of classes.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    /// <remarks>Value and gradient are the same bits for every cut of the classes. Source: the vocabulary-parallel loss of Shoeybi et al., Megatron-LM (2019).</remarks>
    let crossEntropyShard (options: CrossEntropyOptions) (classes: int) (first: int) (count: int) : ClassShard =
        Check.notNull (nameof options) options
        ClassShard.Of(NegativeLog(), classes, first, count, options.ClassWeights.Values, options.LabelSmoothing)
