using Losses.CSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

/// <summary>Any loss of a prediction and a target as a module: <c>new Criterion((x, t) => 0.7 * Loss.MSE(x, t).Mean() + 0.3 * Loss.L1(x, t).Mean())</c>.</summary>
/// <param name="loss">The loss with its reduction.</param>
/// <param name="name">The module's name.</param>
public class Criterion(Func<TorchTensor, TorchTensor, TorchTensor> loss, string name = nameof(Criterion))
    : nn.Module<Tensor, Tensor, Tensor>(name)
{
    private readonly Func<TorchTensor, TorchTensor, TorchTensor> _loss = loss ?? throw new ArgumentNullException(nameof(loss));

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) => Torch.Loss(_loss, input, target);
}

/// <summary>A pointwise loss as a module, one of one's own as well: <c>new Criterion&lt;MyLoss&gt;(new MyLoss(0.5))</c>.</summary>
/// <typeparam name="L">The definition.</typeparam>
/// <param name="loss">The definition with its parameters.</param>
/// <param name="reduction">How the values become one.</param>
/// <param name="name">The module's name; the definition's where none is given.</param>
public class Criterion<L>(L loss, Reduction reduction = Reduction.Mean, string? name = null)
    : Criterion((x, t) => CSharp.Loss.Pointwise(x, t, loss).Reduce(reduction), name ?? typeof(L).Name)
    where L : struct, IPointwise;

/// <summary>Any loss of a prediction and class labels as a module.</summary>
/// <param name="loss">The loss with its reduction.</param>
/// <param name="name">The module's name.</param>
public class LabelCriterion(Func<TorchTensor, Labels, TorchTensor> loss, string name = nameof(LabelCriterion))
    : nn.Module<Tensor, Tensor, Tensor>(name)
{
    private readonly Func<TorchTensor, Labels, TorchTensor> _loss = loss ?? throw new ArgumentNullException(nameof(loss));

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor target) => Torch.Loss(_loss, input, target);
}

/// <summary>Any loss of three tensors as a module.</summary>
/// <param name="loss">The loss with its reduction.</param>
/// <param name="name">The module's name.</param>
public class TripleCriterion(Func<TorchTensor, TorchTensor, TorchTensor, TorchTensor> loss, string name = nameof(TripleCriterion))
    : nn.Module<Tensor, Tensor, Tensor, Tensor>(name)
{
    private readonly Func<TorchTensor, TorchTensor, TorchTensor, TorchTensor> _loss = loss ?? throw new ArgumentNullException(nameof(loss));

    /// <inheritdoc/>
    public override Tensor forward(Tensor first, Tensor second, Tensor third) => Torch.Loss(_loss, first, second, third);
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

    private protected Weights Weight(Tensor beside) => Buffer("weight", beside);

    private protected Weights PosWeight(Tensor beside) => Buffer("pos_weight", beside);

    private Weights Buffer(string name, Tensor beside)
    {
        if (!has_buffer(name) || get_buffer(name) is not { } buffer)
            return Weights.None;
        ArgumentNullException.ThrowIfNull(beside);
        Check.SameDevice(buffer, name, beside, "input");
        return Check.Weights(buffer, name);
    }
}
