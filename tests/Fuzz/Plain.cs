namespace Losses.Tests;

/// <summary>A tensor of numbers, and what one does with it, in loops over every place.</summary>
internal sealed record Plain(double[] Values, int[] Shape)
{
    internal static Plain Of(int[] shape, Func<int[], double> value)
    {
        var values = new double[shape.Aggregate(1, (a, b) => a * b)];
        var place = new int[shape.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(place);
            for (var axis = shape.Length - 1; axis >= 0 && ++place[axis] == shape[axis]; axis--)
                place[axis] = 0;
        }
        return new(values, shape);
    }

    internal double this[params int[] place]
    {
        get
        {
            var flat = 0;
            for (var axis = 0; axis < Shape.Length; axis++)
                flat = flat * Shape[axis] + place[axis];
            return Values[flat];
        }
    }

    internal static Plain Expand(Plain x, int[] shape)
    {
        var missing = shape.Length - x.Shape.Length;
        return Of(shape, place => x[[.. x.Shape.Select((length, axis) => length == 1 ? 0 : place[missing + axis])]]);
    }

    internal static Plain Map(Func<double, double> f, Plain x) => new(Array.ConvertAll(x.Values, x => f(x)), x.Shape);

    internal static Plain Map(Func<double, double, double> f, Plain a, Plain b)
    {
        var shape = Common(a.Shape, b.Shape);
        (a, b) = (Expand(a, shape), Expand(b, shape));
        return new([.. a.Values.Zip(b.Values, f)], shape);
    }

    internal static int[] Common(int[] a, int[] b)
    {
        var shape = new int[Math.Max(a.Length, b.Length)];
        for (var i = 1; i <= shape.Length; i++)
        {
            var (one, two) = (i <= a.Length ? a[^i] : 1, i <= b.Length ? b[^i] : 1);
            shape[^i] = one == 1 ? two : one;
        }
        return shape;
    }

    /// <summary>What becomes of each row along an axis: another row, or one number.</summary>
    internal static Plain Rows(Plain x, int axis, Func<double[], double[]> f, int length)
    {
        int[] shape = [.. x.Shape.Select((n, i) => i == axis ? length : n)];
        var rows = new Dictionary<string, double[]>();
        return Of(
            shape,
            place =>
            {
                int[] first = [.. place.Select((p, i) => i == axis ? 0 : p)];
                var key = string.Join(",", first);
                if (!rows.TryGetValue(key, out var row))
                    rows[key] = row = f(x.Row(first, axis));
                return row[place[axis]];
            }
        );
    }

    internal double[] Row(int[] place, int axis)
    {
        int[] at = [.. place];
        var row = new double[Shape[axis]];
        for (at[axis] = 0; at[axis] < row.Length; at[axis]++)
            row[at[axis]] = this[at];
        return row;
    }

    internal static Plain Sum(Plain x, int axis) => Rows(x, axis, row => [row.Sum()], 1);

    internal Plain Without(int axis) => new(Values, [.. Shape.Where((_, i) => i != axis)]);

    internal static double LogSumExp(double[] row)
    {
        var most = row.Max();
        return double.IsInfinity(most) ? most : most + Math.Log(row.Sum(x => Math.Exp(x - most)));
    }

    internal static double[] LogSoftmax(double[] row)
    {
        var all = LogSumExp(row);
        return Array.ConvertAll(row, x => x - all);
    }
}
