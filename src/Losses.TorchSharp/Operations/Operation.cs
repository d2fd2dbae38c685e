using TorchSharp;
using static TorchSharp.torch;

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

    /// <summary>Gradients that were made along with a value that is a scalar, one an input: they go out once, or with the value.</summary>
    internal Tensor?[]? Kept { get; set; }

    /// <summary>Whether what is kept is in the memory of the input, whose numbers are gone: there will be no other gradient.</summary>
    internal bool IsOverwriting { get; private protected set; }

    /// <summary>By which inputs a gradient was wanted.</summary>
    internal bool[] Wanted { get; private set; } = [];

    /// <summary>Whether a gradient that is not recorded is in memory of its own.</summary>
    protected virtual bool IsFresh => false;

    /// <summary>Whether there is a gradient by an input, or it is here for the gradients by others alone.</summary>
    protected virtual bool IsDifferentiated(int input) => true;

    /// <summary>Computes, on the tape where a gradient may be asked for.</summary>
    internal Tensor Apply(params Tensor[] inputs)
    {
        using var scope = NewDisposeScope();
        var wanted = new bool[inputs.Length];
        var any = false;
        if (is_grad_enabled())
            for (var i = 0; i < inputs.Length; i++)
                any |= wanted[i] = inputs[i].requires_grad && IsDifferentiated(i);
        if (!any)
        {
            using var _ = no_grad();
            return Forward(inputs, []).MoveToOuterDisposeScope();
        }
        Wanted = wanted;
        var recorded = IsFresh ? Array.ConvertAll(inputs, Unheld) : inputs;
        var value = Node.IsUsed ? Node.Record(this, recorded) : PublicNode.Record(this, recorded);
        return value.MoveToOuterDisposeScope();
    }

    // libtorch's engine adds a gradient into a leaf's without a copy where nobody else holds it. We hold what Backward returns, but not what a
    // view in between passes on: hence views of tensors that take longer to copy.
    private static Tensor Unheld(Tensor x) => x.numel() > Memory.Small && x.requires_grad && x.is_leaf ? x.view_as(x) : x;
}
