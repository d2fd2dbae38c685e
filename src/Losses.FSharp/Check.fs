namespace Losses.FSharp

open System
open System.Globalization
open Losses

/// What every function asks of its arguments, at its top; each failure names the parameter and shows what it was given.
module internal Check =

    let private text (value: float) = value.ToString(CultureInfo.InvariantCulture)

    /// For messages: a minus is a hyphen in every culture.
    let number (value: int64) = value.ToString(CultureInfo.InvariantCulture)

    let outOfRange (name: string) (value: float) (range: string) =
        raise (ArgumentOutOfRangeException(name, $"{name} is {text value}, but it must be {range}."))

    let notNull (name: string) (value: 'T) =
        if isNull (box value) then
            raise (ArgumentNullException name)

    let finite (name: string) (value: float) =
        if not (Double.IsFinite value) then
            outOfRange name value "finite"

    let positive (name: string) (value: float) =
        if not (value > 0.0 && Double.IsFinite value) then
            outOfRange name value "finite and above 0"

    let notNegative (name: string) (value: float) =
        if not (value >= 0.0 && Double.IsFinite value) then
            outOfRange name value "finite and at least 0"

    let within (name: string) (low: float) (high: float) (value: float) =
        if not (value >= low && value <= high) then
            outOfRange name value $"from {text low} to {text high}"

    let inside (name: string) (low: float) (high: float) (value: float) =
        if not (value > low && value < high) then
            outOfRange name value $"above {text low} and below {text high}"

    /// Any number, the infinities included.
    let notNaN (name: string) (value: float) =
        if Double.IsNaN value then
            outOfRange name value "a number"

    /// An order of a norm: at least 0, infinity included.
    let order (name: string) (value: float) =
        if not (value >= 0.0) then
            outOfRange name value "at least 0"

    let sameShape (name: string) (actual: Shape) (otherName: string) (other: Shape) =
        if actual <> other then
            raise (ArgumentException($"{name} has shape {actual} but {otherName} has shape {other}; they must be equal.", name))

    let wrongShape (name: string) (actual: Shape) (expected: Shape) (reason: string) =
        raise (ArgumentException($"{name} has shape {actual} but {reason}; it must be {expected}.", name))

    // The reason is text that is made only where it is needed: making it costs more than a small loss.
    let inline shape (name: string) (actual: Shape) (expected: Shape) ([<InlineIfLambda>] reason: unit -> string) =
        if actual <> expected then
            wrongShape name actual expected (reason ())

    /// The same, where the lengths that it must have may be too many elements for a shape.
    let inline lengths (name: string) (actual: Shape) (expected: int[]) ([<InlineIfLambda>] reason: unit -> string) =
        if actual.ToArray() <> expected then
            let text = System.String.Join(", ", expected |> Array.map (fun length -> length.ToString(CultureInfo.InvariantCulture)))
            raise (ArgumentException($"{name} has shape {actual} but {reason ()}; it must be ({text}).", name))

    /// Weights broadcast to the values they weigh, never the other way round.
    let broadcasts (name: string) (actual: Shape) (otherName: string) (other: Shape) =
        let fits =
            actual.Rank <= other.Rank && Seq.forall (fun i -> actual[-i] = other[-i] || actual[-i] = 1) (seq { 1 .. actual.Rank })

        if not fits then
            raise (ArgumentException($"{name} has shape {actual}, which does not broadcast to that of {otherName}, {other}.", name))

    let mask (name: string) (weights: Weights) =
        if not weights.IsMask then
            raise (ArgumentOutOfRangeException(name, "a mask has no numbers but 0 and 1."))

    let notEmptyAxis (name: string) (actual: Shape) (axis: int) (what: string) =
        if actual[axis] = 0 then
            raise (ArgumentException($"{name} has shape {actual}: there are no {what}.", name))

    /// What is made of a tensor has room in one.
    let room (name: string) (actual: Shape) (lengths: int list) (what: string) =
        if List.fold (fun count length -> count * float length) 1.0 lengths > float Int32.MaxValue then
            raise (ArgumentException($"{name} has shape {actual}: {what} are too many for one tensor.", name))

    /// The last axis, along which vectors lie.
    let vectorAxis (name: string) (actual: Shape) =
        if actual.Rank = 0 then
            raise (ArgumentException($"{name} has shape {actual}: there is no vector axis.", name))

        actual.Rank - 1

    let noLabel (index: int) (none: int) =
        if index <> none then
            raise (
                ArgumentException($"ignoreIndex is {number index}, but probabilities of classes have no label to ignore.", "ignoreIndex")
            )
