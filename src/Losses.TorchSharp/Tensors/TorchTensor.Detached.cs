using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

// libtorch's tape knows no levels: what is detached on it is so from all derivatives. Here it is from the first alone, so whatever is made of it is
// made twice: as the first derivative sees it, and as those after it do.
public readonly partial struct TorchTensor
{
    private TorchTensor(TorchTensor first, TorchTensor beneath)
        : this(first, new Beneath(beneath)) { }

    private TorchTensor(TorchTensor first, Beneath? beneath)
    {
        this = first;
        _beneath = beneath;
    }

    /// <inheritdoc/>
    public static TorchTensor Detach(TorchTensor x) =>
        x.Front is not { IsNumber: false } first ? x
        : x.Seen.Stored is { requires_grad: true } && is_grad_enabled() ? new(first.Mapped(static t => t.detach()), x.Seen)
        : first.Mapped(static t => t.detach());

    private bool IsDetached => _beneath is not null;

    // As the derivatives after the first see it.
    private TorchTensor Seen => _beneath?.Tensor ?? this;

    // As the first derivative sees it.
    private TorchTensor Front => _beneath is null ? this : new(this, (Beneath?)null);

    // A linear function, whose gradient does not depend on the numbers.
    private static TorchTensor Twice(Func<TorchTensor[], TorchTensor> function, params TorchTensor[] x) =>
        new(function(Array.ConvertAll(x, static x => x.Front)), function(Array.ConvertAll(x, static x => x.Seen)));

    // Any function of at most two tensors: its gradient is made of the numbers as the later derivatives see them.
    private static TorchTensor MadeTwice(Func<TorchTensor[], TorchTensor> function, params TorchTensor[] x)
    {
        var seen = function(Array.ConvertAll(x, static x => x.Seen));
        if (seen.Stored is not { } value)
            return seen;
        var tensors = Array.FindAll(x, static x => !x.IsNumber);
        Tensor[] inputs = [.. tensors.Select(static x => x.Front.Stored!), .. tensors.Select(static x => x.Seen.Stored!)];
        return new(new(new DetachedOperation(x, function, value).Apply(inputs), seen.Shape, seen.IsWide), seen);
    }

    // Apart from the operations themselves, which need no memory for what they would capture.

    private static TorchTensor IfLessTwice(TorchTensor a, TorchTensor b, TorchTensor less, TorchTensor otherwise) =>
        less.IsDetached || otherwise.IsDetached ? Twice(x => IfLess(a, b, x[0], x[1]), less, otherwise) : IfLess(a, b, less, otherwise);

    private static TorchTensor ConcatenatedTwice(TorchTensor[] parts, int axis) => Twice(x => Concatenate(x, axis), parts);

    private static TorchTensor OverTwice(TorchTensor x, ExactSum weight) => Twice(x => Over(x[0], weight), x);

    private static TorchTensor LinearTwice<F>(TorchTensor a, TorchTensor b, Func<Raw, Raw, Raw> operation)
        where F : struct, IPointwise3 => Twice(x => Linear<F>(x[0], x[1], operation), a, b);

    private static TorchTensor PointwiseTwice<F>(F function, TorchTensor a, TorchTensor b)
        where F : struct, IPointwise3 => MadeTwice(x => Pointwise(function, x[0], x[1]), a, b);

    private TorchTensor MappedTwice(Func<Tensor, Tensor> operation) => Twice(x => x[0].Mapped(operation), this);

    private TorchTensor AppliedTwice(Func<bool, Operation> operation) => MadeTwice(x => x[0].Applied(operation), this);

    private sealed class Beneath(TorchTensor tensor)
    {
        internal TorchTensor Tensor => tensor;
    }

    /// <summary>A function of tensors as the first derivative sees them, and after them as the later ones do.</summary>
    private sealed class DetachedOperation(TorchTensor[] operands, Func<TorchTensor[], TorchTensor> function, Tensor value) : Operation
    {
        private readonly bool[] _isWide = [.. operands.Where(static x => !x.IsNumber).Select(static x => x.Front.IsWide)];
        private readonly TorchTensor[] _numbers = Array.ConvertAll(operands, static x => x.IsNumber ? x : default);
        private readonly bool[] _isNumber = Array.ConvertAll(operands, static x => x.IsNumber);

        protected override bool IsDifferentiated(int input) => input < _isWide.Length;

        internal override Tensor Forward(Tensor[] inputs, bool[] wanted) => value.detach().clone();

        [SuppressMessage("Reliability", "CA2000", Justification = "The scope around has them.")]
        internal override Tensor?[] Backward(Tensor[] inputs, Tensor gradient, bool isRecorded)
        {
            using var _ = enable_grad();
            var count = _isWide.Length;
            // The function again, of tensors of its own that hang on those of the tape, where anybody will ask.
            var again = Array.ConvertAll(
                inputs[count..],
                x => isRecorded && x.requires_grad ? x.view(x.shape) : x.detach().requires_grad_(true)
            );
            var x = new TorchTensor[_numbers.Length];
            for (int i = 0, next = 0; i < x.Length; i++)
                x[i] = _isNumber[i] ? _numbers[i] : new(again[next], _isWide[next++]);
            var result = function(x).Like(gradient);
            var wanted = Enumerable.Range(0, count).Where(i => Wanted[i]).ToArray();
            var found = result.requires_grad
                ? autograd.grad(
                    [result],
                    Array.ConvertAll(wanted, i => again[i]),
                    [gradient],
                    retain_graph: true,
                    create_graph: isRecorded,
                    allow_unused: true
                )
                : [];
            var gradients = new Tensor?[inputs.Length];
            for (var i = 0; i < wanted.Length; i++)
                gradients[wanted[i]] = i < found.Count && !found[i].IsInvalid ? found[i] : zeros_like(inputs[wanted[i]]);
            return gradients;
        }
    }
}
