using Losses.CSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

/// <summary>Any loss of a prediction and a target as a module: for sums of losses, and for losses of one's own.</summary>
public class TensorCriterion : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly TensorLoss _loss;

    /// <summary>The loss as a module.</summary>
    /// <param name="loss">The loss with its reduction.</param>
    /// <param name="name">The module's name.</param>
    public TensorCriterion(TensorLoss loss, string name = nameof(TensorCriterion))
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(loss);
        _loss = loss;
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) => _loss.Forward(input, target);
}

/// <summary>Any loss of a prediction and class labels as a module.</summary>
public class LabelCriterion : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly LabelLoss _loss;

    /// <summary>The loss as a module.</summary>
    /// <param name="loss">The loss with its reduction.</param>
    /// <param name="name">The module's name.</param>
    public LabelCriterion(LabelLoss loss, string name = nameof(LabelCriterion))
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(loss);
        _loss = loss;
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) => _loss.Forward(input, target);
}

/// <summary>Any loss of three tensors as a module.</summary>
public class TripleCriterion : nn.Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly TripleLoss _loss;

    /// <summary>The loss as a module.</summary>
    /// <param name="loss">The loss with its reduction.</param>
    /// <param name="name">The module's name.</param>
    public TripleCriterion(TripleLoss loss, string name = nameof(TripleCriterion))
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(loss);
        _loss = loss;
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor first, Tensor second, Tensor third) => _loss.Forward(first, second, third);
}

/// <summary>A loss with weights, which are buffers of the module: they are in its state, and go to a device with it.</summary>
public abstract class WeightedCriterion : nn.Module<Tensor, Tensor, Tensor>
{
    private protected WeightedCriterion(string name, Tensor? weight, Tensor? posWeight = null)
        : base(name)
    {
        Register(nameof(weight), weight);
        Register("pos_weight", posWeight);
    }

    // A copy of the module's own, which no dispose scope takes away from it.
    private void Register(string name, Tensor? tensor)
    {
        if (tensor is null)
            return;
        // Refused here, not at the first batch.
        _ = Check.Weights(tensor, name);
        register_buffer(name, tensor.detach().clone().DetachFromDisposeScope());
    }

    private protected Weights? Weight(Tensor beside) => Buffer("weight", beside);

    private protected Weights? PosWeight(Tensor beside) => Buffer("pos_weight", beside);

    private Weights? Buffer(string name, Tensor beside)
    {
        if (!has_buffer(name) || get_buffer(name) is not { } buffer)
            return null;
        ArgumentNullException.ThrowIfNull(beside);
        Check.SameDevice(buffer, name, beside, "input");
        return Check.Weights(buffer, name);
    }
}
