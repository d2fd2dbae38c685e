namespace Losses.Tests;

/// <summary>Accumulators that several threads use, beside whole numbers.</summary>
internal static class Accumulators
{
    private const double Unit = 1.0 / (1 << 20);

    internal static void Call(Draw draw)
    {
        var (threads, batches) = (1 + draw.Below(4), 1 + draw.Below(12));
        draw.What = $"an accumulator, {threads} threads, {batches} batches each";
        var work = Enumerable
            .Range(0, threads * batches)
            .Select(_ =>
                (
                    Kind: draw.Below(5),
                    Values: Enumerable.Range(0, draw.Below(50)).Select(_ => draw.Below(1 << 22) - (1 << 21)).ToArray(),
                    Weights: draw.Below(8)
                )
            )
            .ToArray();
        var total = new LossAccumulator();
        Concurrency.OnThreads(threads, thread => Array.ForEach(work[(thread * batches)..((thread + 1) * batches)], Add));
        var (sum, weight) = (0L, 0L);
        foreach (var (kind, values, each) in work)
        {
            var counts = kind == 3 ? each : 1;
            sum += counts * values.Sum(value => (long)value);
            weight += (long)counts * values.Length;
        }
        draw.Same(total.Sum, sum * Unit, 0, "the sum");
        draw.Same(total.Weight, weight, 0, "the weight");
        draw.Same(total.Mean, sum * Unit / weight, 1e-15 * Math.Abs(sum * Unit / weight), "the mean");
        if (!LossAccumulator.FromBytes(total.ToBytes()).Equals(total))
            throw new Disagreement("what was stored is another.");
        var bytes = total.ToBytes();
        draw.Accepted(() => LossAccumulator.FromBytes(bytes.AsSpan(0, draw.Below(bytes.Length))));
        bytes[draw.Below(bytes.Length)] ^= (byte)(1 << draw.Below(8));
        draw.Accepted(() => LossAccumulator.FromBytes(bytes).ToString());
        draw.Refused(() => total.Merge(null!));
        draw.Refused(() => total.Add(new double[2], [draw.Of(-1, double.NaN), 1]));
        draw.Refused(() => total.Add(new double[2], new double[3]));
        draw.Same(total.Sum, sum * Unit, 0, "the sum after refusals");

        void Add((int Kind, int[] Values, int Weights) batch)
        {
            var values = Array.ConvertAll(batch.Values, value => value * Unit);
            switch (batch.Kind)
            {
                case 0:
                    total.Add(values);
                    break;
                case 1:
                    total.Add(Array.ConvertAll(values, value => (float)value));
                    break;
                case 2:
                    var other = new LossAccumulator();
                    other.Add(values);
                    total.Merge(other);
                    break;
                case 3:
                    total.Add(values, [.. values.Select(_ => (double)batch.Weights)]);
                    break;
                default:
                    total.Add(new LossValues<DiffTensor<double>>(Draw.Tensor<double>(values, [values.Length])));
                    break;
            }
        }
    }
}
