using System.Globalization;
using System.IO.Compression;

namespace Losses.Sharded;

/// <summary>Rows of features with their labels, any of them at any time.</summary>
internal abstract class Rows
{
    public abstract string Name { get; }

    public abstract long Count { get; }

    /// <summary>The last is always 1: its weight is the bias.</summary>
    public abstract int Features { get; }

    public abstract int Classes { get; }

    public abstract void Read(long first, Span<float> features, Span<int> labels);
}

/// <summary>1,797 handwritten digits of 8 × 8 pixels, as in the tour.</summary>
internal sealed class Digits : Rows
{
    private static readonly Lazy<int[][]> All = new(static () =>
    {
        using var file = typeof(Digits).Assembly.GetManifestResourceStream("digits.csv.gz")!;
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        var rows = new List<int[]>();
        while (reader.ReadLine() is { } line)
            rows.Add([.. line.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))]);
        return [.. rows];
    });

    public override string Name => "digits";

    public override long Count => All.Value.Length;

    public override int Features => 65;

    public override int Classes => 10;

    public override void Read(long first, Span<float> features, Span<int> labels)
    {
        for (var i = 0; i < labels.Length; i++)
        {
            var row = All.Value[first + i];
            for (var f = 0; f < Features; f++)
                features[i * Features + f] = f == Features - 1 ? 1 : row[f] / 16f;
            labels[i] = row[^1];
        }
    }
}

/// <summary>Rows that are made, each from its number, and never all there.</summary>
internal sealed class Generated(long count) : Rows
{
    public override string Name => "generated";

    public override long Count => count;

    public override int Features => 9;

    public override int Classes => 4;

    public override void Read(long first, Span<float> features, Span<int> labels)
    {
        for (var i = 0; i < labels.Length; i++)
        {
            var row = features.Slice(i * Features, Features);
            var state = (ulong)(first + i) * 0x9E3779B97F4A7C15;
            for (var f = 0; f < Features - 1; f++)
                row[f] = ((int)(Next(ref state) >> 40) - (1 << 23)) / (float)(1 << 22);
            row[^1] = 1;
            // The class that a corner of the first features belongs to; one in eight is wrong.
            var label = (row[0] + row[1] > 0 ? 1 : 0) + (row[2] - row[3] > 0.5f ? 2 : 0);
            labels[i] = Next(ref state) >> 61 == 0 ? (int)(Next(ref state) >> 62) : label;
        }
    }

    // Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators (2014).
    private static ulong Next(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
