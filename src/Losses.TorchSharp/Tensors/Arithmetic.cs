using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

// libtorch adds a multiple of a tensor. TorchSharp makes the factor anew for each sum, and the garbage collector may free it while libtorch reads it.
internal static class Arithmetic
{
    private static readonly Scalar s_one = 1.ToScalar();
    private static readonly Scalar s_minusOne = (-1).ToScalar();

    internal static Tensor Plus(this Tensor x, Tensor y) => x.add(y, s_one);

    internal static Tensor Plus(this Tensor x, Scalar number) => x.add(number, s_one);

    internal static void Add(this Tensor x, Tensor y) => x.add_(y, s_one);

    internal static Tensor Minus(this Tensor x, Tensor y) => x.add(y, s_minusOne);

    internal static Tensor Minus(this Tensor x, Scalar number) => x.add(number, s_minusOne);
}
