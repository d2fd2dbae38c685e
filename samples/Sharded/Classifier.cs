using Losses.CSharp;
using Losses.Orleans;

namespace Losses.Sharded;

/// <summary>A softmax classifier of rows: its cross-entropy, and the gradient by its weights, of the rows that a shard has.</summary>
internal sealed class Classifier(Rows rows) : IShardSource
{
    private const int Block = 2048;

    public Rows Of => rows;

    public string Loss => $"cross-entropy of {rows.Features} features and {rows.Classes} classes";

    long IShardSource.Rows => rows.Count;

    public int Parameters => rows.Features * rows.Classes;

    public ValueTask<IShard> OpenAsync(long first, long count, CancellationToken cancellation) => new(new Shard(this));

    /// <summary>The parts of some rows.</summary>
    public void Add(long first, long count, ReadOnlySpan<float> parameters, ShardParts parts, CancellationToken cancellation)
    {
        var (classes, width) = (rows.Classes, rows.Features);
        var (features, labels) = (new float[Block * width], new int[Block]);
        var (logits, slopes) = (new float[Block * classes], new float[Block * classes]);
        var products = new double[Block];
        var loss = new CrossEntropy();
        for (var end = first + count; first < end; first += Block)
        {
            cancellation.ThrowIfCancellationRequested();
            var n = (int)Math.Min(Block, end - first);
            rows.Read(first, features.AsSpan(0, n * width), labels.AsSpan(0, n));
            for (var row = 0; row < n; row++)
            for (var c = 0; c < classes; c++)
            {
                // Always in the order of the features: a logit is the same bits wherever it is made.
                var sum = 0.0;
                for (var f = 0; f < width; f++)
                    sum += (double)parameters[c * width + f] * features[row * width + f];
                logits[row * classes + c] = (float)sum;
            }
            var x = logits.AsSpan(0, n * classes);
            parts.Value.Add(loss, (ReadOnlySpan<float>)x, labels.AsSpan(0, n));
            if (parts.Gradient.Length == 0)
                continue;
            loss.ValueAndGradient(x, labels.AsSpan(0, n), slopes.AsSpan(0, n * classes), Reduction.Sum, cancellation);
            for (var c = 0; c < classes; c++)
            for (var f = 0; f < width; f++)
            {
                // A product of two float32 numbers is a float64 number, exactly; and so is their sum, whatever its order.
                for (var row = 0; row < n; row++)
                    products[row] = (double)slopes[row * classes + c] * features[row * width + f];
                parts.Gradient[c * width + f].Add(products.AsSpan(0, n));
            }
        }
    }

    private sealed class Shard(Classifier classifier) : IShard
    {
        public ValueTask AddAsync(long first, int count, ReadOnlyMemory<float> parameters, ShardParts parts, CancellationToken cancellation)
        {
            classifier.Add(first, count, parameters.Span, parts, cancellation);
            return default;
        }

        public ValueTask DisposeAsync() => default;
    }
}
