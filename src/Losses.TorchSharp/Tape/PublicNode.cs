using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace Losses.TorchSharp;

/// <summary>A node by TorchSharp's public custom functions, for versions whose native library is not known here: slower, and nothing is made in advance.</summary>
internal sealed class PublicNode : SingleTensorFunction<PublicNode>
{
    // TorchSharp leaves to the garbage collector what backward returns: it must not be disposed of before the native side has read it, which
    // it has by the next call on the same thread. The scope around the backward pass, if there is one, ends it earlier.
    [ThreadStatic]
    private static List<Tensor>? s_returned;

    public override string Name => "Losses";

    /// <summary>The value of an operation, recorded.</summary>
    internal static Tensor Record(Operation operation, Tensor[] inputs)
    {
        Release();
        // TorchSharp wants a gradient, or null, for every argument: the operation is the first.
        return apply([operation, .. inputs]);
    }

    public override Tensor forward(AutogradContext ctx, params object[] vars)
    {
        var operation = (Operation)vars[0];
        Tensor[] inputs = [.. vars[1..].Cast<Tensor>()];
        ctx.save_for_backward([.. inputs]);
        ctx.save_data(nameof(Operation), operation);
        return operation.Forward(inputs, []);
    }

    public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
    {
        Release();
        using var scope = NewDisposeScope();
        var operation = (Operation)ctx.get_data(nameof(Operation))!;
        Tensor?[] gradients;
        try
        {
            gradients = operation.Backward([.. ctx.get_saved_variables()], grad_output, is_grad_enabled());
        }
        catch (Exception error)
        {
            // No exception may leave by way of native code. A gradient on another device is an error to libtorch, which backward() throws.
            Torch.BackwardFailure = error;
            gradients = Array.ConvertAll(operation.Wanted, static wanted => wanted ? empty(1, device: META) : null);
        }
        (s_returned ??= []).AddRange(gradients.OfType<Tensor>());
        s_returned.ForEach(gradient => gradient.MoveToOuterDisposeScope());
        grad_output.Dispose();
        return [null!, .. gradients.Select(static gradient => gradient!)];
    }

    private static void Release()
    {
        s_returned?.ForEach(gradient => gradient.Dispose());
        s_returned?.Clear();
    }
}
