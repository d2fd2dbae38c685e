namespace Losses;

/// <summary>A loss as its definition, of whatever shape: what <see cref="Formula"/> can be made of.</summary>
/// <remarks>Implement the interface of a shape, such as <see cref="IPointwise"/>, and this one comes with it.</remarks>
public interface IDefinition;
