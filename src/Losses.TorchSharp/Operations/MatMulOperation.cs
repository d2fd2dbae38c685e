using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

/// <summary>libtorch's product of matrices, with a gradient of ours: a row that nothing comes back to leaves no trace, whatever it holds.</summary>
internal sealed class MatMulOperation : Operation
{
    internal override Tensor Forward(Tensor[] inputs, bool[] wanted) => inputs[0].matmul(inputs[1]);

    internal override Tensor?[] Backward(Tensor[] inputs, Tensor gradient, bool isRecorded)
    {
        var (a, b) = (inputs[0], inputs[1]);
        using var zero = 0.0.ToScalar();
        // 0 · NaN is NaN to a matrix product.
        var isAbsent = gradient.detach().eq(zero).all(-1, keepdim: true);
        return
        [
            Wanted[0] ? gradient.matmul(b.transpose(-2, -1)).masked_fill(isAbsent, zero) : null,
            Wanted[1] ? a.masked_fill(isAbsent, zero).transpose(-2, -1).matmul(gradient) : null,
        ];
    }
}
