using System.Numerics;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

/// <summary>A pointwise loss of tensors on the CPU.</summary>
internal sealed class DeferredPointwise<F, S>(F function, TorchTensor[] operands, Tensor[] inputs, Shape shape) : Deferred
    where F : struct, IPointwise3
    where S : unmanaged, IFloatingPointIeee754<S>
{
    protected override TorchTensor Evaluate() => Watched(watch => new KernelOperation<F, S>(function, operands, shape, watch));

    internal override TorchTensor Over(ExactSum weight) =>
        Watched(watch => new ReducedKernelOperation<F, S>(function, operands, shape, watch, weight));

    private TorchTensor Watched(Func<Watch?, Operation> operation)
    {
        var watch = Watch.Of(function);
        var result = operation(watch).Apply(inputs);
        KeepsDomains = watch is not { IsKept: false };
        return new(result, false);
    }
}

/// <summary>A loss of rows with labels on the CPU.</summary>
/// <param name="row">The kernel.</param>
/// <param name="x">The rows.</param>
/// <param name="definition">What the kernel computes.</param>
/// <param name="isExpendable">Whether a gradient of the sum may be written over the rows.</param>
internal sealed class DeferredRows(LabelledRows row, Tensor x, Func<TorchTensor[], TorchTensor> definition, bool isExpendable) : Deferred
{
    private bool IsSingle => x.dtype == ScalarType.Float32;

    protected override TorchTensor Evaluate() =>
        new(
            (
                IsSingle ? new LabelledRowsOperation<float>(row, definition) : (Operation)new LabelledRowsOperation<double>(row, definition)
            ).Apply(x),
            false
        );

    internal override TorchTensor Over(ExactSum weight) =>
        new(
            (
                IsSingle
                    ? new ReducedLabelledRowsOperation<float>(row, weight, definition, isExpendable)
                    : (Operation)new ReducedLabelledRowsOperation<double>(row, weight, definition, isExpendable)
            ).Apply(x),
            false
        );
}
