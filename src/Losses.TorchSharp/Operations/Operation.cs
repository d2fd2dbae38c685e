using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace Losses.TorchSharp;

/// <summary>A function of tensors on libtorch's tape whose gradient is ours.</summary>
internal abstract class Operation
{
    /// <summary>The value; nothing in it is recorded.</summary>
    /// <param name="inputs">Of one data type, on one device.</param>
    /// <param name="wanted">By which of them a gradient may be asked for; empty where by none.</param>
    internal abstract Tensor Forward(Tensor[] inputs, bool[] wanted);

    /// <summary>The gradients by the inputs that were wanted, given that by the value.</summary>
    /// <param name="inputs">The inputs as the tape has them.</param>
    /// <param name="gradient">Of the value's shape.</param>
    /// <param name="isRecorded">Whether the gradients will be differentiated in their turn: then they must be made of recorded operations.</param>
    internal abstract Tensor?[] Backward(Tensor[] inputs, Tensor gradient, bool isRecorded);

    /// <summary>The gradients without a look at the inputs, where they were made along with the value; else nothing.</summary>
    internal virtual Tensor?[]? Ready(Tensor gradient) => null;

    /// <summary>Gradients that were made along with the value, one an input: the tape keeps them, and lets go of them with the value.</summary>
    internal Tensor?[]? Kept { get; set; }

    /// <summary>By which inputs a gradient was wanted.</summary>
    internal bool[] Wanted { get; private set; } = [];

    /// <summary>Computes, on the tape where a gradient may be asked for.</summary>
    internal Tensor Apply(params Tensor[] inputs)
    {
        Bridge.Release();
        using var scope = NewDisposeScope();
        var wanted = new bool[inputs.Length];
        var any = false;
        if (is_grad_enabled())
            for (var i = 0; i < inputs.Length; i++)
                any |= wanted[i] = inputs[i].requires_grad;
        if (!any)
        {
            using var _ = no_grad();
            return Forward(inputs, []).MoveToOuterDisposeScope();
        }
        Wanted = wanted;
        var arguments = new object[inputs.Length + 1];
        arguments[0] = this;
        for (var i = 0; i < inputs.Length; i++)
            arguments[i + 1] =
                wanted[i] && inputs[i].numel() > Memory.Small && inputs[i].is_leaf ? inputs[i].view(inputs[i].shape) : inputs[i];
        return Bridge.apply(arguments).MoveToOuterDisposeScope();
    }

    // libtorch's engine adds a gradient into a leaf's without a copy where nobody else holds it. TorchSharp holds what Backward returns, but
    // not what a view in between passes on: hence the views above, of tensors that take longer to copy.
    private sealed class Bridge : SingleTensorFunction<Bridge>
    {
        // TorchSharp leaves to the garbage collector what Backward returns: it must not be disposed of before the native side has read it, which
        // it has by the next call on the same thread. The scope around the backward pass, if there is one, ends it earlier.
        [ThreadStatic]
        private static List<Tensor>? s_returned;

        public override string Name => "Losses";

        internal static void Release()
        {
            if (s_returned is not { Count: > 0 } returned)
                return;
            foreach (var tensor in returned)
                tensor.Dispose();
            returned.Clear();
        }

        public override Tensor forward(AutogradContext ctx, params object[] vars)
        {
            var operation = (Operation)vars[0];
            var inputs = new Tensor[vars.Length - 1];
            Array.Copy(vars, 1, inputs, 0, inputs.Length);
            var value = operation.Forward(inputs, operation.Wanted);
            List<Tensor> saved = [.. inputs];
            if (operation.Kept is { } kept)
            {
                foreach (var gradient in kept)
                    if (gradient is not null)
                        saved.Add(gradient);
                operation.Kept = null;
                operation._isKept = true;
            }
            ctx.save_for_backward(saved);
            ctx.save_data(nameof(Operation), operation);
            return value;
        }

        public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
        {
            Release();
            using var scope = NewDisposeScope();
            var operation = (Operation)ctx.get_data(nameof(Operation))!;
            var isRecorded = is_grad_enabled();
            var gradients = (isRecorded ? null : operation.Ready(grad_output)) ?? FromInputs(ctx, operation, grad_output, isRecorded);
            // The first argument was the operation.
            var results = new List<Tensor> { null! };
            foreach (var gradient in gradients)
            {
                results.Add(gradient!);
                if (gradient is null)
                    continue;
                gradient.MoveToOuterDisposeScope();
                (s_returned ??= []).Add(gradient);
            }
            grad_output.Dispose();
            return results;
        }

        private static Tensor?[] FromInputs(AutogradContext ctx, Operation operation, Tensor gradient, bool isRecorded)
        {
            var saved = ctx.get_saved_variables();
            var inputs = new Tensor[operation.Wanted.Length];
            for (var i = 0; i < inputs.Length; i++)
                inputs[i] = saved[i];
            // What was made along with the value goes out once: whoever gets it may write to it.
            if (operation._isKept && !isRecorded)
            {
                operation._isKept = false;
                operation.Kept = new Tensor?[inputs.Length];
                for (int i = 0, next = inputs.Length; i < inputs.Length; i++)
                    operation.Kept[i] = operation.Wanted[i] ? Memory.Apart(saved[next++]) : null;
            }
            var gradients = operation.Backward(inputs, gradient, isRecorded);
            operation.Kept = null;
            return gradients;
        }
    }

    private bool _isKept;
}
