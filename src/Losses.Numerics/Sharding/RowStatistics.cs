using System.Text;

namespace Losses;

/// <summary>What some of the classes tell of rows of logits: the largest of each row, the sum of the exponentials of the others, and the label's logit.</summary>
/// <remarks>
/// <see cref="ClassShard"/> makes it of the classes that one machine has. Statistics of other classes of the same rows merge, in any order, into those of the whole:
/// the bits do not depend on how the classes were cut. It takes 49 bytes a row; with label smoothing also an exact sum of the logits.
/// Reading changes nothing, so many threads may read one; merging wants a thread to itself.
/// </remarks>
public sealed class RowStatistics : ClassParts, IEquatable<RowStatistics>
{
    private const byte Format = 1;

    internal RowStatistics(string loss, string version, int classes, long firstRow, int rows, bool hasSums)
        : base(loss, version, classes, firstRow, rows)
    {
        (Max, Own) = (new float[rows], new float[rows]);
        (Ties, Top, HasOwn, Sums) = (new int[rows], new int[rows], new bool[rows], hasSums ? new ExactSum[rows] : null);
        Others = new Digits[rows];
        Array.Fill(Max, float.NegativeInfinity);
        Array.Fill(Top, Digits.Nothing);
        for (var row = 0; row < rows && hasSums; row++)
            Sums![row] = new();
    }

    internal float[] Max { get; }

    // How many classes have the largest logit.
    internal int[] Ties { get; }

    internal int[] Top { get; }

    internal Digits[] Others { get; }

    internal float[] Own { get; }

    internal bool[] HasOwn { get; }

    // −Σ w x, of which label smoothing takes its share.
    internal ExactSum[]? Sums { get; }

    // x, so many times, joins the row.
    internal void Add(int row, float x, int times)
    {
        // −0 is 0: which of the two is met first must leave no trace.
        x += 0;
        if (x > Max[row] || float.IsNaN(x))
        {
            var (max, ties) = (Max[row], Ties[row]);
            (Max[row], Ties[row]) = (x, times);
            if (ties > 0)
                Others[row].Add(ref Top[row], max, ties);
        }
        else if (x == Max[row])
            Ties[row] += times;
        else
            Others[row].Add(ref Top[row], x, times);
    }

    /// <summary>Merges in the statistics of other classes of the same rows; those stay as they are.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    /// <exception cref="ArgumentException">They are of another loss, another number of classes, other rows or another version of the library, or of classes that are here already.
    /// The message names both; nothing is merged then.</exception>
    public void Merge(RowStatistics other)
    {
        Check(other);
        for (var row = 0; row < Rows; row++)
        {
            if (!float.IsNaN(Max[row]) && other.Ties[row] > 0)
                Add(row, other.Max[row], other.Ties[row]);
            Others[row].Add(ref Top[row], in other.Others[row], other.Top[row]);
            if (other.HasOwn[row])
                (Own[row], HasOwn[row]) = (other.Own[row], true);
            Sums?[row].Merge(other.Sums![row]);
            Settle(row);
        }
        Join(other);
    }

    // A row with a NaN has nothing else to tell.
    internal void Settle(int row)
    {
        if (float.IsNaN(Max[row]))
            (Max[row], Ties[row], Top[row], Others[row]) = (float.NaN, 1, Digits.Nothing, default);
    }

    /// <summary>The statistics as bytes, the same for equal ones, to be sent and read by <see cref="FromBytes"/>.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Format);
        writer.Write(Version);
        writer.Write(Loss);
        writer.Write(Classes);
        writer.Write(FirstRow);
        writer.Write(Rows);
        writer.Write(Sums is not null);
        writer.Write(Covered.Count);
        foreach (var (first, end) in Covered)
        {
            writer.Write(first);
            writer.Write(end);
        }
        for (var row = 0; row < Rows; row++)
        {
            writer.Write(Max[row]);
            writer.Write(Ties[row]);
            writer.Write(Top[row]);
            for (var i = 0; i < Digits.Kept; i++)
                writer.Write(Others[row][i]);
            writer.Write(Own[row]);
            writer.Write(HasOwn[row]);
            if (Sums?[row].ToBytes() is not { } sum)
                continue;
            writer.Write((ushort)sum.Length);
            writer.Write(sum);
        }
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>The statistics that <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="bytes"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> are not what it writes.</exception>
    public static RowStatistics FromBytes(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        try
        {
            if (reader.ReadByte() is var format && format != Format)
                throw new ArgumentException($"bytes[0] is {format}, but the format's version is {Format}.", nameof(bytes));
            var (version, loss, classes) = (reader.ReadString(), reader.ReadString(), reader.ReadInt32());
            var (firstRow, rows, hasSums) = (reader.ReadInt64(), reader.ReadInt32(), reader.ReadBoolean());
            if (rows < 0 || rows > bytes.Length / 49)
                throw new ArgumentException(
                    FormattableString.Invariant($"bytes has length {bytes.Length}, which is no length of {rows} rows."),
                    nameof(bytes)
                );
            var result = new RowStatistics(loss, version, classes, firstRow, rows, hasSums);
            for (var left = reader.ReadInt32(); left > 0; left--)
                result.Covered.Add((reader.ReadInt32(), reader.ReadInt32()));
            for (var row = 0; row < rows; row++)
            {
                (result.Max[row], result.Ties[row], result.Top[row]) = (reader.ReadSingle(), reader.ReadInt32(), reader.ReadInt32());
                for (var i = 0; i < Digits.Kept; i++)
                    result.Others[row][i] = reader.ReadInt64();
                (result.Own[row], result.HasOwn[row]) = (reader.ReadSingle(), reader.ReadBoolean());
                if (hasSums)
                    result.Sums![row] = ExactSum.FromBytes(reader.ReadBytes(reader.ReadUInt16()));
            }
            if (reader.BaseStream.Position != bytes.Length)
                throw new ArgumentException(
                    FormattableString.Invariant(
                        $"bytes has length {bytes.Length}, but the statistics end at {reader.BaseStream.Position}."
                    ),
                    nameof(bytes)
                );
            return result;
        }
        catch (EndOfStreamException e)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"bytes has length {bytes.Length}, but the statistics go on."),
                nameof(bytes),
                e
            );
        }
    }

    /// <inheritdoc/>
    public bool Equals(RowStatistics? other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RowStatistics);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Loss, Classes, FirstRow, Rows);
}
