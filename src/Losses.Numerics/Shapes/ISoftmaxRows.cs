using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>What a softmax gives to one class.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="logProbability">log p</param>
/// <param name="probability">p</param>
/// <param name="rest">1 − p, made of the other classes: no difference of nearly equal numbers.</param>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
public readonly struct Softmax<T>(T logProbability, T probability, T rest)
    where T : IReal<T>
{
    /// <summary>log p</summary>
    public T LogProbability
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get;
    } = logProbability;

    /// <summary>p</summary>
    public T Probability
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get;
    } = probability;

    /// <summary>1 − p</summary>
    public T Rest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get;
    } = rest;
}

/// <summary>A loss of rows of logits: a term for each class, of its softmax and its target, summed over the classes. Cross-entropy and focal loss are such.</summary>
/// <remarks>
/// Implement it with a struct that holds the hyperparameters, and mark the method with <c>AggressiveInlining</c>: the kernels, their exact gradient, and every tensor
/// engine follow. Over labels the loss of a row is the term of the label's class, of the target 1, times the weight of the class.
/// </remarks>
public interface ISoftmaxRows : IDefinition
{
    /// <summary>The term of a class.</summary>
    /// <param name="prediction">What the softmax of the logits gives to the class.</param>
    /// <param name="target">What the class should have: its probability, or 1 for the label's.</param>
    T Of<T>(Softmax<T> prediction, T target)
        where T : IReal<T>;
}

/// <summary>What the definition of a loss of softmax rows means, whatever the engine.</summary>
internal static class SoftmaxDefinition
{
    /// <summary>The terms of logarithms of probabilities, as a softmax along the classes gives them.</summary>
    internal static T Terms<L, T>(L loss, T logProbabilities, T target)
        where L : struct, ISoftmaxRows
        where T : ITensor<T> =>
        T.Expand(
            loss.Of(new Softmax<T>(logProbabilities, T.Exp(logProbabilities), -T.ExpM1(logProbabilities)), target),
            logProbabilities.Shape
        );
}
