using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Losses;

/// <summary>A function of the vectors that lie along the last axis of several tensors of one shape, a number for each of their rows.</summary>
/// <remarks>Over float32 data only: there float64 sums have bits to spare. A sum goes eight ways whatever the width of a lane.</remarks>
internal abstract unsafe class VectorRows : RowLoss
{
    private protected const int Ways = 8;

    private protected VectorRows() { }

    /// <summary>The vectors of some rows, and where the numbers of each go.</summary>
    /// <param name="inputs">The tensors.</param>
    /// <param name="width">The length of a vector.</param>
    /// <param name="upstream">What the gradients of a row are multiplied by: one for all, or one for each row.</param>
    /// <param name="isUniform">Whether it is one for all.</param>
    /// <param name="values">A number for each row.</param>
    /// <param name="gradients">By each input, or null; absent where none is wanted.</param>
    private protected readonly struct Rows<TOut>(
        float** inputs,
        int width,
        double* upstream,
        bool isUniform,
        double* values,
        TOut** gradients
    )
        where TOut : unmanaged
    {
        internal int Width => width;

        internal double* Values => values;

        internal bool HasGradients => gradients is not null;

        internal double Upstream(int row) => isUniform ? *upstream : upstream[row];

        internal float* Input(int input, int row) => inputs[input] + (nint)row * width;

        internal TOut* Gradient(int input, int row) => gradients[input] is null ? null : gradients[input] + (nint)row * width;

        internal void Clear(int input, int row)
        {
            if (gradients[input] is not null)
                new Span<TOut>(Gradient(input, row), width).Clear();
        }
    }

    private protected abstract void Run<TLane, TOut>(in Rows<TOut> rows, int first, int last)
        where TLane : struct, ILane<TLane, float>
        where TOut : unmanaged;

    /// <summary>Whether the gradient is that of a loss, stored as float32; else it is a part of one, and not rounded.</summary>
    internal virtual bool IsLoss => false;

    /// <summary>The number of every row, and its gradients where they are wanted.</summary>
    /// <param name="inputs">The tensors.</param>
    /// <param name="count">The rows of each.</param>
    /// <param name="width">The length of a row.</param>
    /// <param name="upstream">What the gradients of a row are multiplied by: one for all, or one for each row.</param>
    /// <param name="isUniform">Whether it is one for all.</param>
    /// <param name="values">A number for each row.</param>
    /// <param name="gradients">By each input, or null; absent where none is wanted.</param>
    internal void Run<TOut>(float** inputs, int count, int width, double* upstream, bool isUniform, double* values, TOut** gradients)
        where TOut : unmanaged
    {
        const int Elements = 1 << 14;
        var chunk = Math.Max(1, Elements / Math.Max(1, width));
        var chunks = Cut.Count(count, chunk);
        var rows = new Rows<TOut>(inputs, width, upstream, isUniform, values, gradients);
        Threads.Run(
            chunks,
            Math.Min(Threads.Max, Math.Max(1, chunks / 4)),
            (part, _) =>
            {
                var first = part * chunk;
                var last = Cut.End(count, first, chunk);
                Widest.Run<float, Work<TOut>>(new(this, rows, first, last));
            }
        );
    }

    private readonly struct Work<TOut>(VectorRows job, Rows<TOut> rows, int first, int last) : IWork<float>
        where TOut : unmanaged
    {
        public void Run<TLane>()
            where TLane : struct, ILane<TLane, float> => job.Run<TLane, TOut>(rows, first, last);
    }

    // Σ a b, with a and b one of the vectors or the difference of two of them.
    private protected interface ITerm
    {
        static abstract T Of<T>(T a, T b, T shift)
            where T : IReal<T>;
    }

    private protected readonly struct SquaredDifference : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of<T>(T a, T b, T shift)
            where T : IReal<T>
        {
            var d = a - b + shift;
            return d * d;
        }
    }

    private protected readonly struct Product : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of<T>(T a, T b, T shift)
            where T : IReal<T> => a * b;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected static double Sum<TTerm, TLane>(float* a, float* b, int width, double shift)
        where TTerm : struct, ITerm
        where TLane : struct, ILane<TLane, float>
    {
        var sums = stackalloc double[Ways];
        var whole = (nuint)(width / Ways * Ways);
        var shifts = TLane.Constant(shift);
        for (nuint way = 0; way < Ways; way += (nuint)TLane.Count)
        {
            var sum = TLane.Constant(0);
            for (var i = way; i < whole; i += Ways)
                sum += TTerm.Of(TLane.Load(in *a, i), TLane.Load(in *b, i), shifts);
            TLane.StoreNumbers(sum, ref *sums, way);
        }
        for (var i = (int)whole; i < width; i++)
            sums[i - (int)whole] += (double)TTerm.Of<Real>((double)a[i], (double)b[i], shift);
        var total = 0.0;
        for (var way = 0; way < Ways; way++)
            total += sums[way];
        return total;
    }

    // gradient = p (a − b + shift), in float64, rounded once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected static void Difference<TLane, TOut>(double p, float* a, float* b, int width, double shift, TOut* gradient)
        where TLane : struct, ILane<TLane, float>
        where TOut : unmanaged
    {
        var (factor, shifts) = (TLane.Constant(p), TLane.Constant(shift));
        var step = (nuint)TLane.Count;
        nuint i = 0;
        for (; i + step <= (nuint)width; i += step)
            Put(factor * (TLane.Load(in *a, i) - TLane.Load(in *b, i) + shifts), gradient, i);
        for (; i < (nuint)width; i++)
            Put(p * ((double)a[i] - b[i] + shift), gradient, i);
    }

    // gradient = p a + q b, in float64, rounded once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected static void Blend<TLane, TOut>(double p, float* a, double q, float* b, int width, TOut* gradient)
        where TLane : struct, ILane<TLane, float>
        where TOut : unmanaged
    {
        var (first, second) = (TLane.Constant(p), TLane.Constant(q));
        var step = (nuint)TLane.Count;
        nuint i = 0;
        for (; i + step <= (nuint)width; i += step)
            Put(first * TLane.Load(in *a, i) + second * TLane.Load(in *b, i), gradient, i);
        for (; i < (nuint)width; i++)
            Put(p * a[i] + q * b[i], gradient, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected static void Put<TLane, TOut>(TLane value, TOut* gradient, nuint i)
        where TLane : struct, ILane<TLane, float>
        where TOut : unmanaged
    {
        if (typeof(TOut) == typeof(float))
            TLane.Store(value, ref *(float*)gradient, i);
        else
            TLane.StoreNumbers(value, ref *(double*)gradient, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected static void Put<TOut>(double value, TOut* gradient, nuint i)
        where TOut : unmanaged
    {
        if (typeof(TOut) == typeof(float))
            ((float*)gradient)[i] = (float)value;
        else
            ((double*)gradient)[i] = value;
    }
}

/// <summary>x₁·x₂ / (max(‖x₁‖, ε) max(‖x₂‖, ε)); 0 of slope 0 for a vector of zeros.</summary>
/// <param name="eps">ε</param>
internal sealed unsafe class CosineRows(double eps) : VectorRows
{
    // 1 / max(‖v‖, ε), the slope of which is −v / max(‖v‖, ε)³, as in PyTorch; 0 for a vector without a direction.
    private double Reciprocal<TLane>(float* v, int width)
        where TLane : struct, ILane<TLane, float>
    {
        var norm = Math.Sqrt(Sum<Product, TLane>(v, v, width, 0));
        return norm == 0 ? 0 : 1 / Math.Max(norm, eps);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Run<TLane, TOut>(in Rows<TOut> rows, int first, int last)
    {
        var width = rows.Width;
        for (var row = first; row < last; row++)
        {
            float* a = rows.Input(0, row),
                b = rows.Input(1, row);
            var dot = Sum<Product, TLane>(a, b, width, 0);
            double r = Reciprocal<TLane>(a, width),
                s = Reciprocal<TLane>(b, width);
            // Rounding leaves it a little longer than 1.
            rows.Values[row] = Math.Clamp(dot * r * s, -1, 1);
            if (!rows.HasGradients)
                continue;
            var g = rows.Upstream(row);
            // The slope of parallel vectors is 0; its terms would leave their rounding. Where one is shorter than ε no cosine is near 1.
            if (Math.Abs(dot * r * s) > 1 - 1e-12 && r * eps < 1 && s * eps < 1 && AreParallel(a, b, width))
                g = 0;
            Slope<TLane, TOut>(rows, 0, row, g, dot, r, s, a, b);
            Slope<TLane, TOut>(rows, 1, row, g, dot, s, r, b, a);
        }
    }

    // Whether the components of one are to each other as those of the other: a product of two float32 numbers is exact in float64.
    private static bool AreParallel(float* a, float* b, int width)
    {
        var first = 0;
        while (first < width && a[first] == 0)
            first++;
        if (first == width)
            return false;
        double own = a[first],
            other = b[first];
        for (var i = 0; i < width; i++)
            if (own * b[i] != other * a[i])
                return false;
        return true;
    }

    private static void Slope<TLane, TOut>(
        in Rows<TOut> rows,
        int input,
        int row,
        double g,
        double dot,
        double r,
        double s,
        float* own,
        float* other
    )
        where TLane : struct, ILane<TLane, float>
        where TOut : unmanaged
    {
        if (g == 0)
            rows.Clear(input, row);
        else if (rows.Gradient(input, row) is var gradient && gradient is not null)
            Blend<TLane, TOut>(g * r * s, other, -(g * dot * r * r * r * s), own, rows.Width, gradient);
    }
}

/// <summary>The Euclidean distance ‖x₁ − x₂ + ε‖, of slope 0 where it is 0.</summary>
/// <param name="eps">ε</param>
internal sealed unsafe class DistanceRows(double eps) : VectorRows
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Run<TLane, TOut>(in Rows<TOut> rows, int first, int last)
    {
        var width = rows.Width;
        for (var row = first; row < last; row++)
        {
            float* a = rows.Input(0, row),
                b = rows.Input(1, row);
            var distance = Math.Sqrt(Sum<SquaredDifference, TLane>(a, b, width, eps));
            rows.Values[row] = distance;
            if (!rows.HasGradients)
                continue;
            var g = rows.Upstream(row);
            var share = distance == 0 ? 0 : g / distance;
            for (var input = 0; input < 2; input++)
                if (g == 0)
                    rows.Clear(input, row);
                else if (rows.Gradient(input, row) is var gradient && gradient is not null)
                    Difference<TLane, TOut>(input == 0 ? share : -share, a, b, width, eps, gradient);
        }
    }
}

/// <summary>max(0, ‖a − p + ε‖ − ‖a − n + ε‖ + margin); with a swap, ‖p − n + ε‖ in place of the second norm where that is less.</summary>
/// <param name="margin">margin</param>
/// <param name="eps">ε</param>
/// <param name="swap">Whether the nearer of anchor and positive counts.</param>
internal sealed unsafe class TripletRows(double margin, double eps, bool swap) : VectorRows
{
    internal override bool IsLoss => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Run<TLane, TOut>(in Rows<TOut> rows, int first, int last)
    {
        var width = rows.Width;
        for (var row = first; row < last; row++)
        {
            float* a = rows.Input(0, row),
                p = rows.Input(1, row),
                n = rows.Input(2, row);
            var (near, far) = Distances<TLane>(a, p, n, width);
            var cross = swap ? Math.Sqrt(Sum<SquaredDifference, TLane>(p, n, width, eps)) : double.PositiveInfinity;
            // Where both are equal the anchor's counts.
            var isSwapped = cross < far;
            var second = isSwapped ? cross : far;
            var lacking = near - second + margin;
            var isNear = lacking <= 0;
            rows.Values[row] = isNear ? 0 : lacking;
            if (!rows.HasGradients)
                continue;
            var g = rows.Upstream(row);
            // What has no value has no slope by any of the three.
            if (double.IsNaN(lacking))
                near = second = lacking;
            if (isNear || g == 0)
                for (var input = 0; input < 3; input++)
                    rows.Clear(input, row);
            else if (isSwapped)
                Slopes<TLane, TOut, Yes>(rows, row, Over(g, near), Over(g, second));
            else
                Slopes<TLane, TOut, No>(rows, row, Over(g, near), Over(g, second));
        }
    }

    private static double Over(double upstream, double distance) => distance == 0 ? 0 : upstream / distance;

    // ‖a − p + ε‖ and ‖a − n + ε‖: two sums that do not wait for each other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (double Near, double Far) Distances<TLane>(float* a, float* p, float* n, int width)
        where TLane : struct, ILane<TLane, float>
    {
        double* nears = stackalloc double[Ways],
            fars = stackalloc double[Ways];
        var whole = (nuint)(width / Ways * Ways);
        var shift = TLane.Constant(eps);
        for (nuint way = 0; way < Ways; way += (nuint)TLane.Count)
        {
            TLane near = TLane.Constant(0),
                far = near;
            for (var i = way; i < whole; i += Ways)
            {
                var anchor = TLane.Load(in *a, i);
                near += SquaredDifference.Of(anchor, TLane.Load(in *p, i), shift);
                far += SquaredDifference.Of(anchor, TLane.Load(in *n, i), shift);
            }
            TLane.StoreNumbers(near, ref *nears, way);
            TLane.StoreNumbers(far, ref *fars, way);
        }
        for (var i = (int)whole; i < width; i++)
        {
            nears[i - (int)whole] += (double)SquaredDifference.Of<Real>((double)a[i], (double)p[i], eps);
            fars[i - (int)whole] += (double)SquaredDifference.Of<Real>((double)a[i], (double)n[i], eps);
        }
        double nearest = 0,
            farthest = 0;
        for (var way = 0; way < Ways; way++)
        {
            nearest += nears[way];
            farthest += fars[way];
        }
        return (Math.Sqrt(nearest), Math.Sqrt(farthest));
    }

    // With u = near (a − p + ε) and v = second (a − n + ε): u − v, −u, v. Swapped, v = second (p − n + ε): u, −u − v, v.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Slopes<TLane, TOut, TSwapped>(in Rows<TOut> rows, int row, double near, double second)
        where TLane : struct, ILane<TLane, float>
        where TOut : unmanaged
        where TSwapped : IChoice
    {
        float* a = rows.Input(0, row),
            p = rows.Input(1, row),
            n = rows.Input(2, row);
        TOut* da = rows.Gradient(0, row),
            dp = rows.Gradient(1, row),
            dn = rows.Gradient(2, row);
        var (nears, seconds, shift) = (TLane.Constant(near), TLane.Constant(second), TLane.Constant(eps));
        var width = (nuint)rows.Width;
        var step = (nuint)TLane.Count;
        nuint i = 0;
        for (; i + step <= width; i += step)
        {
            TLane anchor = TLane.Load(in *a, i),
                positive = TLane.Load(in *p, i);
            var u = nears * (anchor - positive + shift);
            var v = seconds * ((TSwapped.Yes ? positive : anchor) - TLane.Load(in *n, i) + shift);
            if (da is not null)
                Put(TSwapped.Yes ? u : u - v, da, i);
            if (dp is not null)
                Put(TSwapped.Yes ? -u - v : -u, dp, i);
            if (dn is not null)
                Put(v, dn, i);
        }
        for (; i < width; i++)
        {
            var u = near * ((double)a[i] - p[i] + eps);
            var v = second * ((double)(TSwapped.Yes ? p : a)[i] - n[i] + eps);
            if (da is not null)
                Put(TSwapped.Yes ? u : u - v, da, i);
            if (dp is not null)
                Put(TSwapped.Yes ? -u - v : -u, dp, i);
            if (dn is not null)
                Put(v, dn, i);
        }
    }
}
