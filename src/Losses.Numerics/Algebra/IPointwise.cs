namespace Losses;

/// <summary>A loss of one element of a prediction and one of a target: its definition, for every number type at once.</summary>
/// <remarks>
/// Implement it with a struct that holds the hyperparameters, mark <c>Apply</c> with <c>AggressiveInlining</c>, and the kernel, its
/// exact gradient and curvature, and every tensor engine follow from it. Where an operand cannot be any number, say so in one line, and a number that it cannot be is refused
/// with its place.
/// </remarks>
public interface IPointwise : IDefinition
{
    /// <summary>The loss of <paramref name="prediction"/> against <paramref name="target"/>.</summary>
    T Apply<T>(T prediction, T target)
        where T : IReal<T>;

    /// <summary>What the prediction may be; every number unless stated.</summary>
    Domain Prediction => Domain.All;

    /// <summary>What the target may be; every number unless stated.</summary>
    Domain Target => Domain.All;
}

/// <summary>A loss of three tensors, element by element: a prediction, a target and a third, such as a variance or a weight.</summary>
public interface IPointwise3 : IDefinition
{
    /// <summary>The loss of <paramref name="prediction"/> against <paramref name="target"/>, given <paramref name="third"/>.</summary>
    T Apply<T>(T prediction, T target, T third)
        where T : IReal<T>;

    /// <summary>What the prediction may be; every number unless stated.</summary>
    Domain Prediction => Domain.All;

    /// <summary>What the target may be; every number unless stated.</summary>
    Domain Target => Domain.All;

    /// <summary>What the third operand may be; every number unless stated.</summary>
    Domain Third => Domain.All;
}

/// <summary>A loss of rows of scores with a class label each, which has a kernel.</summary>
public interface ILabelled
{
    /// <summary>The axis of the classes among those of the scores.</summary>
    /// <param name="shape">Of the scores.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    int Axis(Shape shape);

    /// <summary>The loss as its kernel takes it, checked.</summary>
    /// <param name="labels">A class index for each row.</param>
    /// <param name="shape">Of the scores.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no class; it says which, where.</exception>
    internal LabelledRows Rows(Labels labels, Shape shape);
}

/// <summary>A loss of the vectors of three tensors, such as an anchor, a positive and a negative.</summary>
public interface IVectors3
{
    /// <summary>The loss as its kernel takes it; absent where it has none.</summary>
    internal VectorRows? Rows { get; }

    /// <summary>The definition: a value for each vector.</summary>
    LossValues<T> Of<T>(T first, T second, T third)
        where T : ITensor<T>;
}
