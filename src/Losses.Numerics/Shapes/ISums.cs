using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>Up to four terms of an element, or their sums.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="a">The first term.</param>
/// <param name="b">The second; 0 where there is none.</param>
/// <param name="c">The third; 0 where there is none.</param>
/// <param name="d">The fourth; 0 where there is none.</param>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
public readonly struct Terms<T>(T a, T b, T c, T d)
    where T : IReal<T>
{
    /// <summary>One term.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Terms(T a)
        : this(a, T.Constant(0), T.Constant(0), T.Constant(0)) { }

    /// <summary>Two terms.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Terms(T a, T b)
        : this(a, b, T.Constant(0), T.Constant(0)) { }

    /// <summary>Three terms.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Terms(T a, T b, T c)
        : this(a, b, c, T.Constant(0)) { }

    /// <summary>The first.</summary>
    public T A
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get;
    } = a;

    /// <summary>The second.</summary>
    public T B
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get;
    } = b;

    /// <summary>The third.</summary>
    public T C
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get;
    } = c;

    /// <summary>The fourth.</summary>
    public T D
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get;
    } = d;
}

/// <summary>A loss that is a function of sums: terms of every element, summed over some axes, and what is made of the sums. Dice, Jaccard and Tversky are such.</summary>
/// <remarks>
/// Implement it with a struct that holds the hyperparameters, and mark both methods with <c>AggressiveInlining</c>: the kernel, its exact gradient by prediction and
/// target, and every tensor engine follow. The sums are of float64 numbers, in an order that does not depend on threads or registers.
/// </remarks>
public interface ISums : IDefinition
{
    /// <summary>How many terms an element has, 1 to 4: the others are not summed.</summary>
    static virtual int Count => 4;

    /// <summary>The terms of an element.</summary>
    Terms<T> Of<T>(T prediction, T target)
        where T : IReal<T>;

    /// <summary>The loss, given the sums.</summary>
    T Value<T>(Terms<T> sums)
        where T : IReal<T>;
}

/// <summary>What the definition of a loss of sums means, whatever the engine.</summary>
internal static class SumsDefinition
{
    internal static T Of<L, T>(L loss, T prediction, T target, T[] weights, int[] axes)
        where L : struct, ISums
        where T : ITensor<T>
    {
        var terms = loss.Of(prediction, target);
        return loss.Value(
            new Terms<T>(
                Sum(terms.A),
                L.Count > 1 ? Sum(terms.B) : T.Constant(0),
                L.Count > 2 ? Sum(terms.C) : T.Constant(0),
                L.Count > 3 ? Sum(terms.D) : T.Constant(0)
            )
        );

        T Sum(T term)
        {
            // A term may be a constant, which has no shape of its own.
            var whole = T.Expand(term, prediction.Shape);
            return T.Sum(weights is [var weight] ? T.Weigh(weight, whole) : whole, axes, false);
        }
    }
}
