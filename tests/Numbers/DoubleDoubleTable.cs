using System.Globalization;

namespace Losses.Tests;

// The values that DoubleDoubleTable.py computed with mpmath.
public static class DoubleDoubleTable
{
    public sealed record Row(string Name, DoubleDouble X, DoubleDouble Y, DoubleDouble Value);

    private static readonly Lazy<ILookup<string, Row>> Rows = new(() => Read().ToLookup(row => row.Name));

    public static IEnumerable<string> Names => Rows.Value.Select(rows => rows.Key);

    public static IEnumerable<Row> Of(string name) => Rows.Value[name];

    private static IEnumerable<Row> Read()
    {
        using var stream = typeof(DoubleDoubleTable).Assembly.GetManifestResourceStream("DoubleDoubleTable.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            // High and low do not overlap, so that their sum is exact.
            DoubleDouble Number(int at) => (DoubleDouble)Float(words[at]) + Float(words[at + 1]);
            yield return new(words[0], Number(1), Number(3), Number(5));
        }
    }

    private static double Float(string bits) =>
        BitConverter.UInt64BitsToDouble(ulong.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
}
