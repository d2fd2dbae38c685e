using Microsoft.FSharp.Core;
using static TorchSharp.torch;

namespace Losses.TorchSharp.FSharp;

/// <summary>For F#: the losses of <c>Losses.FSharp</c> on torch.Tensor, any expression of them and of one's own:
/// <c>logits |> Torch.lift (crossEntropy options labels >> Reduce.mean)</c>.</summary>
/// <remarks>What <see cref="TorchSharp.Torch"/> says of the tensors holds here.</remarks>
public static class Torch
{
    /// <summary>A function of a prediction with its reduction, on torch.Tensor.</summary>
    public static FSharpFunc<Tensor, Tensor> lift(FSharpFunc<TorchTensor, TorchTensor> loss) =>
        FuncConvert.FromFunc<Tensor, Tensor>(prediction => TorchSharp.Torch.Loss(loss.Invoke, prediction));

    /// <summary>A function of a target and a prediction with its reduction, on torch.Tensor.</summary>
    public static FSharpFunc<Tensor, FSharpFunc<Tensor, Tensor>> lift2(
        FSharpFunc<TorchTensor, FSharpFunc<TorchTensor, TorchTensor>> loss
    ) =>
        FuncConvert.FromFunc<Tensor, Tensor, Tensor>(
            (target, prediction) => TorchSharp.Torch.Loss((x, t) => loss.Invoke(t).Invoke(x), prediction, target)
        );

    /// <summary>The same as lift, where nobody needs the logits afterwards: their gradient is written over them.</summary>
    public static FSharpFunc<Tensor, Tensor> overwriting(FSharpFunc<TorchTensor, TorchTensor> loss) =>
        FuncConvert.FromFunc<Tensor, Tensor>(prediction => TorchSharp.Torch.Overwriting(loss.Invoke, prediction));

    /// <summary>Class indices, Int64 or Int32, as labels.</summary>
    /// <exception cref="System.ArgumentException">The tensor has another data type.</exception>
    public static Labels labels(Tensor indices) => TorchSharp.Torch.Labels(indices);
}
