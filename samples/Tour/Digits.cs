using System.Globalization;
using System.IO.Compression;

namespace Losses.Tour;

/// <summary>Handwritten digits: images with their labels.</summary>
internal sealed class Digits
{
    public const int Classes = 10;
    public const int Side = 8;

    /// <summary>The pixels, and one more that is always 1: its weight is the bias.</summary>
    public const int Features = Side * Side + 1;

    private Digits(int[][] rows)
    {
        Images = new([.. rows.SelectMany(row => row[..^1].Select(pixel => pixel / 16f).Append(1f))], [rows.Length, Features]);
        Labels = new([.. rows.Select(row => row[^1])]);
    }

    /// <summary>(N, 65), in [0, 1].</summary>
    public DiffTensor<float> Images { get; }

    /// <summary>(N).</summary>
    public Labels Labels { get; }

    public int Count => Labels.Indices.Length;

    /// <summary>All 1,797, in an order drawn once and for all: four fifths to learn from, the others held back.</summary>
    public static (Digits Training, Digits HeldBack) Load()
    {
        using var file = typeof(Digits).Assembly.GetManifestResourceStream("digits.csv.gz")!;
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        var rows = new List<int[]>();
        while (reader.ReadLine() is { } line)
            rows.Add([.. line.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))]);
        int[][] shuffled = [.. rows];
        new Random(1998).Shuffle(shuffled);
        var training = shuffled.Length * 4 / 5;
        return (new(shuffled[..training]), new(shuffled[training..]));
    }

    /// <summary>What a one-against-all loss aims at: +1 at the label, −1 elsewhere.</summary>
    public DiffTensor<float> Signs()
    {
        var signs = new float[Count * Classes];
        signs.AsSpan().Fill(-1);
        for (var i = 0; i < Count; i++)
            signs[i * Classes + Labels.Indices[i]] = 1;
        return new(signs, [Count, Classes]);
    }

    /// <summary>One image, a line a row of pixels, two characters a pixel.</summary>
    public string Picture(int i)
    {
        var rows = Enumerable.Range(0, Side).Select(y => Enumerable.Range(0, Side).Select(x => Ink(Images[i, y * Side + x])));
        return string.Join('\n', rows.Select(row => string.Concat(row)));

        static string Ink(float pixel) => new(" ░▒▓█"[(int)(pixel * 4)], 2);
    }
}
