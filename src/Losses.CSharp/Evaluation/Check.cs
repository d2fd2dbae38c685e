using System.Numerics;

namespace Losses.CSharp;

// What the façade asks for itself, in the names that its callers know; the core asks for the rest.
internal static class Check
{
    internal static void Length(int length, Shape shape, string name)
    {
        if (length != shape.Size)
            throw new ArgumentException($"{name} has {length} elements but shape {shape} has {shape.Size}; they must be equal.", name);
    }

    // A gradient that is not wanted has no memory.
    internal static void Wanted(int length, Shape shape, string name)
    {
        if (length != 0)
            Length(length, shape, name);
    }

    internal static double Scale(double scale) =>
        double.IsFinite(scale)
            ? scale
            : throw new ArgumentOutOfRangeException(
                nameof(scale),
                FormattableString.Invariant($"scale is {scale}, but it must be finite.")
            );

    internal static DiffTensor<S> Reduced<S>(DiffTensor<S> loss)
        where S : unmanaged, IFloatingPointIeee754<S> =>
        loss.Count == 1
            ? loss
            : throw new ArgumentException(
                $"a value and gradient is that of one number, but without a reduction the loss has values of shape {loss.Shape}.",
                "reduction"
            );
}
