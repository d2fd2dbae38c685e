using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace Losses.TorchSharp;

/// <summary>A loss of rows by its kernel; where its gradient is differentiated in its turn, by its definition.</summary>
internal abstract class RowOperation(Func<TorchTensor[], TorchTensor> definition, bool isWide) : Operation
{
    /// <summary>Whether the inputs are float64 in the place of float32, and the results will be rounded to that.</summary>
    protected bool IsWide => isWide;

    protected override bool IsFresh => true;

    internal override Tensor?[] Backward(Tensor[] inputs, Tensor gradient, bool isRecorded)
    {
        if (!isRecorded)
            return Gradients(inputs, gradient);
        // Without an element the definition is of constants alone.
        if (inputs[0].numel() == 0)
            return Array.ConvertAll(inputs, static x => zeros_like(x));
        var wanted = Enumerable.Range(0, inputs.Length).Where(i => Wanted[i]).ToArray();
        // The definition again, of inputs of its own that hang on those of the tape.
        var again = Array.ConvertAll(inputs, static x => x.view(x.shape));
        var value = Recorded(definition(Array.ConvertAll(again, x => isWide ? new TorchTensor(x, true) : new(x)))).Like(gradient);
        // libtorch ends the process where there is nothing to differentiate.
        var found = value.requires_grad
            ? grad([value], Array.ConvertAll(wanted, i => again[i]), [gradient], retain_graph: true, create_graph: true, allow_unused: true)
            : [];
        var gradients = new Tensor?[inputs.Length];
        for (var i = 0; i < wanted.Length; i++)
            gradients[wanted[i]] = i < found.Count && !found[i].IsInvalid ? found[i] : zeros_like(inputs[wanted[i]]);
        return gradients;
    }

    /// <summary>What the value is of the definition's.</summary>
    protected virtual TorchTensor Recorded(TorchTensor values) => values;

    protected abstract Tensor?[] Gradients(Tensor[] inputs, Tensor gradient);
}

/// <summary>A loss of rows with labels over the tensor's own memory, a value for each row.</summary>
internal class LabelledRowsOperation<S>(LabelledRows row, Func<TorchTensor[], TorchTensor> definition)
    : RowOperation(definition, isWide: false)
    where S : unmanaged, IFloatingPointIeee754<S>
{
    protected LabelledRows Row => row;

    internal override Tensor Forward(Tensor[] inputs, bool[] wanted)
    {
        var x = inputs[0].contiguous();
        var values = empty(row.Labels.Shape.ToLongs(), x.dtype);
        row.Run<S>(Memory.Span<S>(x), TorchTensor.ShapeOf(x), [1], Memory.Span<S>(values), [], isSummed: false);
        return values;
    }

    protected override Tensor?[] Gradients(Tensor[] inputs, Tensor gradient) =>
        [Gradient(inputs[0].contiguous(), Memory.Numbers(gradient))];

    protected Tensor Gradient(Tensor x, ReadOnlySpan<double> upstream)
    {
        var gradient = Memory.Fresh(x);
        row.Run(Memory.Span<S>(x), TorchTensor.ShapeOf(x), upstream, [], Memory.Span<S>(gradient), isSummed: false);
        return gradient;
    }
}

/// <summary>The exact sum of a loss of rows with labels over a weight, rounded once; with its gradient made in the same pass where one will be asked for.</summary>
internal sealed class ReducedLabelledRowsOperation<S>(
    LabelledRows row,
    ExactSum weight,
    Func<TorchTensor[], TorchTensor> definition,
    bool isExpendable
) : LabelledRowsOperation<S>(row, definition)
    where S : unmanaged, IFloatingPointIeee754<S>
{
    private double Share => 1 / weight.ToDouble();

    internal override Tensor Forward(Tensor[] inputs, bool[] wanted)
    {
        var x = inputs[0].is_contiguous() ? inputs[0] : inputs[0].contiguous();
        var shape = TorchTensor.ShapeOf(x);
        Span<S> gradient = [];
        if (wanted.Length > 0)
        {
            IsOverwriting = isExpendable && x.is_contiguous();
            Kept = [IsOverwriting ? x.detach() : Memory.Fresh(x)];
            gradient = Memory.Span<S>(Kept[0]!);
        }
        var sum = Row.Run<S>(Memory.Span<S>(x), shape, [Share], [], gradient, isSummed: true)!;
        if (IsOverwriting)
            Memory.Changed(x);
        return Sums.Quotient(sum, weight, x);
    }

    internal override Tensor?[] Backward(Tensor[] inputs, Tensor gradient, bool isRecorded) =>
        IsOverwriting
            ? throw new InvalidOperationException(
                "the prediction was overwritten by its gradient, which is there once, and is not differentiated in its turn."
            )
            : base.Backward(inputs, gradient, isRecorded);

    protected override TorchTensor Recorded(TorchTensor values) => TorchTensor.Total(values) * TorchTensor.Constant(Share);

    protected override Tensor?[] Gradients(Tensor[] inputs, Tensor gradient) =>
        [Gradient(inputs[0].contiguous(), [Share * Memory.Number(gradient)])];
}

/// <summary>A loss of stored rows over the tensors' own memory, a number for each.</summary>
internal sealed class RowsOperation<S>(StoredRows rows, Func<TorchTensor[], TorchTensor> definition, bool isWide = false)
    : RowOperation(definition, isWide)
    where S : unmanaged, IFloatingPointIeee754<S>
{
    internal override Tensor Forward(Tensor[] inputs, bool[] wanted)
    {
        var shape = TorchTensor.ShapeOf(inputs[0]);
        var held = Array.ConvertAll(inputs, static x => x.contiguous());
        var values = empty(rows.Rows(shape).ToLongs(), held[0].dtype);
        rows.Run(Memory.Span<S>(held[0]), Second(held), shape, [1], Memory.Span<S>(values), [], []);
        return values;
    }

    protected override Tensor?[] Gradients(Tensor[] inputs, Tensor gradient)
    {
        var held = Array.ConvertAll(inputs, static x => x.contiguous());
        var gradients = Array.ConvertAll(Wanted, wanted => wanted ? Memory.Fresh(held[0]) : null);
        rows.Run(
            Memory.Span<S>(held[0]),
            Second(held),
            TorchTensor.ShapeOf(held[0]),
            Memory.Numbers(gradient),
            [],
            gradients[0] is { } byX ? Memory.Span<S>(byX) : [],
            Second(gradients)
        );
        return gradients;
    }

    // That of the target, where there is one.
    private static Span<S> Second(Tensor?[] tensors) => tensors.Length > 1 && tensors[1] is { } target ? Memory.Span<S>(target) : [];
}

/// <summary>A function of vectors along the last axis of float32 tensors, a number for each row.</summary>
internal sealed unsafe class VectorRowsOperation(VectorRows row, Func<TorchTensor[], TorchTensor> definition)
    : RowOperation(definition, isWide: false)
{
    /// <summary>Float32 tensors on the CPU, of one shape: what the kernels are for.</summary>
    internal static bool Takes(TorchTensor[] inputs) =>
        inputs[0].Shape.Rank > 0
        && Array.TrueForAll(
            inputs,
            x => x.IsStored && x.Shape == inputs[0].Shape && x.Stored is { } t && t.dtype == ScalarType.Float32 && Memory.IsOnCpu(t)
        );

    internal override Tensor Forward(Tensor[] inputs, bool[] wanted)
    {
        var shape = TorchTensor.ShapeOf(inputs[0]);
        var values = empty(shape.Without(-1).ToLongs(), ScalarType.Float64);
        Run(Held(inputs), [1], Memory.Span<double>(values), []);
        return values;
    }

    protected override Tensor?[] Gradients(Tensor[] inputs, Tensor gradient)
    {
        var held = Held(inputs);
        var upstream = Memory.Span<double>(gradient.contiguous());
        var gradients = held.Select((x, i) => Wanted[i] ? Memory.Fresh(x) : null).ToArray();
        // The values again, which nobody wants.
        var values = ArrayPool<double>.Shared.Rent(upstream.Length);
        Run(held, upstream, values.AsSpan(0, upstream.Length), gradients);
        ArrayPool<double>.Shared.Return(values);
        return gradients;
    }

    private void Run(Tensor[] inputs, ReadOnlySpan<double> upstream, Span<double> values, Tensor?[] gradients)
    {
        var x = stackalloc float*[inputs.Length];
        var g = stackalloc float*[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            // Native memory, which does not move.
            x[i] = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Memory.Span<float>(inputs[i])));
            g[i] =
                gradients.Length == 0 || gradients[i] is not { } to
                    ? null
                    : (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Memory.Span<float>(to)));
        }
        fixed (
            double* u = upstream,
                v = values
        )
            row.Run(x, values.Length, (int)inputs[0].shape[^1], u, upstream.Length == 1, v, gradients.Length == 0 ? null : g);
    }

    private static Tensor[] Held(Tensor[] inputs) => Array.ConvertAll(inputs, static x => x.contiguous());
}

/// <summary>Connectionist temporal classification of float64 tensors on the CPU, a number for each sample.</summary>
internal sealed class CTCOperation(CTCPaths paths, Func<TorchTensor[], TorchTensor> definition, bool isWide)
    : RowOperation(definition, isWide)
{
    internal override Tensor Forward(Tensor[] inputs, bool[] wanted)
    {
        var x = inputs[0].contiguous();
        var values = empty([x.shape[1]], x.dtype);
        paths.Run(Memory.Span<double>(x), (int)x.shape[2], [1], Memory.Span<double>(values), [], IsWide);
        return values;
    }

    protected override Tensor?[] Gradients(Tensor[] inputs, Tensor gradient)
    {
        var x = inputs[0].contiguous();
        Tensor values = empty([x.shape[1]], x.dtype),
            gradients = zeros_like(x);
        paths.Run(
            Memory.Span<double>(x),
            (int)x.shape[2],
            Memory.Span<double>(gradient.contiguous()),
            Memory.Span<double>(values),
            Memory.Span<double>(gradients),
            IsWide
        );
        return [gradients];
    }
}
