using System.Numerics;

namespace Losses;

/// <summary>Scores of ensembles, whose order stays for the gradient.</summary>
internal sealed class EnsembleOperation<T>(EnsembleRows rows, Func<DiffTensor<T>[], DiffTensor<T>> definition, bool hasGradient)
    : FusedOperation<T>(definition)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private int[] _order = [];

    internal override DiffTensor<T> Compute(DiffTensor<T>[] inputs)
    {
        var (members, target) = (inputs[0], inputs[1]);
        var values = Memory.Fresh<double>(target.Count);
        if (hasGradient)
            _order = new int[members.Count];
        if (AreStored(inputs))
            rows.Values(members.Storage.Rounded, target.Storage.Rounded, members.Shape, values, _order);
        else
            rows.Values(members.Storage.Dense, target.Storage.Dense, members.Shape, values, _order);
        return new(Storage<T>.Wide(values), target.Shape);
    }

    private protected override DiffTensor<T>?[] Gradients(
        DiffTensor<T>[] inputs,
        DiffTensor<T> output,
        DiffTensor<T> gradient,
        Wanted<T> isWanted
    )
    {
        var (members, target) = (inputs[0], inputs[1]);
        var g = gradient.Storage.Numbers;
        if (AreStored(inputs))
        {
            Memory<T>[] rounded = [.. inputs.Select((x, i) => isWanted[i] ? isWanted.Memory(i, x.Count) : default)];
            rows.Gradients(members.Storage.Rounded, target.Storage.Rounded, members.Shape, _order, g, rounded[0].Span, rounded[1].Span);
            return [.. inputs.Select((x, i) => isWanted[i] ? new DiffTensor<T>(Storage<T>.Over(rounded[i]), x.Shape) : null)];
        }
        double[][] wide = [.. inputs.Select((x, i) => isWanted[i] ? Memory.Fresh<double>(x.Count) : [])];
        rows.Gradients(members.Storage.Dense, target.Storage.Dense, members.Shape, _order, g, wide[0].AsSpan(), wide[1]);
        return [.. inputs.Select((x, i) => isWanted[i] ? new DiffTensor<T>(Storage<T>.Wide(wide[i]), x.Shape) : null)];
    }
}
