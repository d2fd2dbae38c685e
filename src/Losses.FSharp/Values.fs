namespace Losses.FSharp

open System
open Losses
open Losses.FSharp.TensorNotation

/// Temporal-difference losses: what a state is worth, judged by the reward and by the state that follows.
[<AutoOpen>]
module Values =

    /// discount of <c>qLearning</c> where none is given.
    [<Literal>]
    let QLearningDiscount = 0.99

    /// delta of <c>qLearning</c> where none is given.
    [<Literal>]
    let QLearningDelta = 1.0

    /// discount of <c>c51</c> where none is given.
    [<Literal>]
    let C51Discount = 0.99

    /// lowest of <c>c51</c> where none is given.
    [<Literal>]
    let C51Lowest = -10.0

    /// highest of <c>c51</c> where none is given.
    [<Literal>]
    let C51Highest = 10.0

    /// lowest of <c>c51Target</c> where none is given.
    [<Literal>]
    let C51TargetLowest = -10.0

    /// highest of <c>c51Target</c> where none is given.
    [<Literal>]
    let C51TargetHighest = 10.0

    /// discount of <c>c51Target</c> where none is given.
    [<Literal>]
    let C51TargetDiscount = 0.99

    // reward + γ (1 − ended) x
    let private backed (discount: float) (ended: 'T) (reward: 'T) (x: 'T) : 'T :> ITensor<'T> =
        let going = Notation.(-) (Notation.num 1.0) ended
        Notation.(+) reward (Notation.weigh going (Notation.(*) (Notation.num discount) x))

    /// <summary>Temporal-difference loss of values of actions: DQN's, and double DQN's where another network chooses the next action.</summary>
    /// <param name="discount">γ, from 0 to 1.</param>
    /// <param name="delta">δ of Huber's loss, in units of the values; finite, above 0.</param>
    /// <param name="actions">The action that was taken: (…).</param>
    /// <param name="ended">1 where nothing follows, else 0, a constant: (…).</param>
    /// <param name="reward">What the action brought, a constant: (…).</param>
    /// <param name="selector">What chooses the next action, the one of its largest number: <paramref name="next"/> itself, or the values that are learned; a constant: (…, A).</param>
    /// <param name="next">The next state's values by the target network, a constant: (…, A).</param>
    /// <param name="values">The values of all actions: (…, A).</param>
    /// <returns>Squared units of the values, one for each state.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are no actions.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range, or an action is none; it says which, where.</exception>
    /// <remarks>Huber's loss of Q(a) − (r + γ (1 − ended) Q'(a')), a' the first of the largest. Slope: the error clipped to ±δ, by the value of the action that was taken.
    /// Source: Mnih et al., Nature 518 (2015) 529–533; van Hasselt, Guez and Silver, AAAI 2016.</remarks>
    let qLearning
        (discount: float)
        (delta: float)
        (actions: Labels)
        (ended: 'T)
        (reward: 'T)
        (selector: 'T)
        (next: 'T)
        (values: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        Check.within (nameof discount) 0.0 1.0 discount
        Check.notNull (nameof actions) actions
        Check.notNull (nameof ended) ended
        Check.notNull (nameof reward) reward
        checkThree (nameof selector) selector (nameof next) next (nameof values) values
        let axis = Check.vectorAxis (nameof values) values.Shape
        Check.notEmptyAxis (nameof values) values.Shape axis "actions"
        let states = values.Shape.Without axis
        let reason () = $"values has shape {values.Shape}"
        Check.shape (nameof ended) ended.Shape states reason
        Check.shape (nameof reward) reward.Shape states reason
        Check.shape (nameof actions) actions.Shape states reason
        let column = states.Insert(axis, 1)
        let taken = (actions.Checked(values.Shape[axis], nameof actions)).Reshape column
        let sizes = sumAlong axis (Notation.(+) (Notation.abs next) (Notation.abs selector))
        let next, selector = Notation.detach next, Notation.detach selector
        let most = 'T.Largest(selector, axis) |> reshape column |> expand values.Shape
        let zero, one = Notation.num 0.0, Notation.num 1.0
        let isMost = Notation.ifLess selector most zero (expand values.Shape one)
        // The first of several.
        let isFirst = Notation.ifLess ('T.CumulativeSum(isMost, axis)) (Notation.num 1.5) isMost zero
        let following = sumAlong axis (Notation.weigh isFirst next)
        let target = backed discount (Notation.detach ended) (Notation.detach reward) following
        // A NaN among the constants is in the value, and in its slopes.
        let target = Notation.given (Notation.(+) (Notation.(+) reward ended) sizes) target
        let own = 'T.Gather(values, axis, taken) |> reshape states
        huber delta target own

    // The bounds of the support and the distance of its atoms.
    let private checkSupport
        (discount: float)
        (lowest: float)
        (highest: float)
        (ended: 'T)
        (reward: 'T)
        (next: 'T)
        : int when 'T :> ITensor<'T> =
        Check.within "discount" 0.0 1.0 discount
        Check.finite "lowest" lowest
        Check.finite "highest" highest
        Check.notNull "ended" ended
        Check.notNull "reward" reward
        Check.notNull "next" next

        if not (lowest < highest) then
            Check.outOfRange "highest" highest "above lowest"

        let axis = Check.vectorAxis "next" next.Shape

        if next.Shape[axis] < 2 then
            raise (ArgumentException($"next has shape {next.Shape}; there must be at least 2 atoms.", "next"))

        let states = next.Shape.Without axis
        Check.shape "ended" ended.Shape states (fun () -> $"next has shape {next.Shape}")
        Check.shape "reward" reward.Shape states (fun () -> $"next has shape {next.Shape}")
        axis

    // What falls between two atoms is shared by them as it is near.
    let private projected
        (discount: float)
        (lowest: float)
        (highest: float)
        (axis: int)
        (ended: 'T)
        (reward: 'T)
        (next: 'T)
        : 'T :> ITensor<'T> =
        let column = next.Shape.With(axis, 1)
        // A NaN is in all atoms, and in their slopes.
        let sizes = Notation.(+) (Notation.(+) reward ended) (sumAlong axis (Notation.abs next)) |> reshape column
        let sizes = expand next.Shape sizes
        let next, ended, reward = Notation.detach next, Notation.detach ended, Notation.detach reward
        let atoms = next.Shape[axis]
        let last = float (atoms - 1)
        let gap = (highest - lowest) / last
        let row = (Shape [| atoms |])
        let places: 'T = 'T.Create(next, ReadOnlySpan(Array.init atoms float), row) |> expand next.Shape
        let ended, reward = reshape column ended, reshape column reward

        let share atom : 'T =
            let value = backed discount ended reward (Notation.num (lowest + gap * float atom))
            let place = Notation.(/) (Notation.(-) value (Notation.num lowest)) (Notation.num gap)
            let place = Notation.min (Notation.num last) (Notation.max (Notation.num 0.0) place) |> expand next.Shape
            let near = Notation.hinge (Notation.(-) (Notation.num 1.0) (Notation.abs (Notation.(-) place places)))
            Notation.weigh ('T.Slice(next, axis, atom, 1) |> expand next.Shape) near

        Seq.init atoms share |> Seq.reduce (fun a b -> Notation.(+) a b) |> Notation.given sizes

    /// <summary>The distribution of the return that C51 learns: that of the next state, discounted, moved by the reward and shared among the atoms.</summary>
    /// <param name="discount">γ, from 0 to 1.</param>
    /// <param name="lowest">The least return, that of the first atom; finite.</param>
    /// <param name="highest">The largest, that of the last; finite, above <paramref name="lowest"/>.</param>
    /// <param name="ended">1 where nothing follows, else 0: (…).</param>
    /// <param name="reward">What the action brought: (…).</param>
    /// <param name="next">The probabilities of the atoms after the next action: (…, N), N at least 2.</param>
    /// <returns>Probabilities, a constant: (…, N).</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are fewer than two atoms.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    /// <remarks>Σⱼ pⱼ max(0, 1 − |clip(r + γ (1 − ended) zⱼ) − zᵢ| / Δ) with atoms z, Δ apart. What falls on an atom is its alone: no mass is lost. No square of atoms is stored.
    /// Source: Bellemare, Dabney and Munos, ICML 2017.</remarks>
    let c51Target (discount: float) (lowest: float) (highest: float) (ended: 'T) (reward: 'T) (next: 'T) : 'T :> ITensor<'T> =
        let axis = checkSupport discount lowest highest ended reward next
        projected discount lowest highest axis ended reward next

    /// <summary>C51's loss: cross-entropy of the distribution of the return, given by its logits, with the one that the reward and the next state say.</summary>
    /// <param name="discount">γ, from 0 to 1.</param>
    /// <param name="lowest">The least return, that of the first atom; finite.</param>
    /// <param name="highest">The largest, that of the last; finite, above <paramref name="lowest"/>.</param>
    /// <param name="ended">1 where nothing follows, else 0, a constant: (…).</param>
    /// <param name="reward">What the action brought, a constant: (…).</param>
    /// <param name="next">The probabilities of the atoms after the next action, at least 0, a constant: (…, N).</param>
    /// <param name="logits">Those of the atoms of the action that was taken: (…, N).</param>
    /// <returns>Nats, one for each state.</returns>
    /// <exception cref="T:System.ArgumentException">The shapes do not fit, or there are fewer than two atoms.</exception>
    /// <exception cref="T:System.ArgumentOutOfRangeException">A parameter is outside its range, or a probability is below 0; it says which, where.</exception>
    /// <remarks>−Σᵢ mᵢ log softmax(x)ᵢ with m of <c>c51Target</c>. Slope: softmax(x) − m. Convex. Source: Bellemare, Dabney and Munos, A distributional perspective on
    /// reinforcement learning, ICML 2017.</remarks>
    let c51
        (discount: float)
        (lowest: float)
        (highest: float)
        (ended: 'T)
        (reward: 'T)
        (next: 'T)
        (logits: 'T)
        : LossValues<'T> when 'T :> ITensor<'T> =
        let axis = checkSupport discount lowest highest ended reward next
        checkTwo (nameof next) next (nameof logits) logits
        let target = projected discount lowest highest axis ended reward next
        let loss = SmoothedNegativeLog(0.0, logits.Shape[axis])

        LossValues(namedSoftmaxTargets (nameof next) (nameof logits) loss Weights.None axis target logits)
            .WithinRows(Domain.NotNegative, next, axis, nameof next)
