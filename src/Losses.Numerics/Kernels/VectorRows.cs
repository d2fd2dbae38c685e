using System.Runtime.CompilerServices;

namespace Losses;

/// <summary>A function of the vectors that lie along the last axis of several tensors of one shape, a number for each of their rows.</summary>
/// <remarks>Over float32 data only: there float64 sums have bits to spare. A sum goes eight ways whatever the width of a lane.</remarks>
public abstract unsafe class VectorRows : RowLoss
{
    private protected const int Ways = 8;

    private protected VectorRows() { }

    internal abstract double Value<TLane>(float** rows, int width)
        where TLane : struct, ILane<TLane, float>;

    internal abstract void Gradient<TLane, TOut>(int input, float** rows, int width, double upstream, TOut* gradient)
        where TLane : struct, ILane<TLane, float>
        where TOut : unmanaged;

    /// <summary>Whether the gradient is that of a loss, stored as float32; else it is a part of one, and not rounded.</summary>
    internal virtual bool IsLoss => false;

    internal void Values(float*[] inputs, int count, int width, double* values) =>
        Each(
            count,
            width,
            row =>
            {
                var rows = stackalloc float*[inputs.Length];
                for (var i = 0; i < inputs.Length; i++)
                    rows[i] = inputs[i] + (nint)row * width;
                values[row] =
                    Lane512<float>.IsSupported ? Value<Lane512<float>>(rows, width)
                    : Lane256<float>.IsSupported ? Value<Lane256<float>>(rows, width)
                    : Value<Lane128<float>>(rows, width);
            }
        );

    internal void Gradients<TOut>(int input, float*[] inputs, int count, int width, double* upstream, bool isUniform, TOut* gradients)
        where TOut : unmanaged =>
        Each(
            count,
            width,
            row =>
            {
                var rows = stackalloc float*[inputs.Length];
                for (var i = 0; i < inputs.Length; i++)
                    rows[i] = inputs[i] + (nint)row * width;
                var g = isUniform ? *upstream : upstream[row];
                var gradient = gradients + (nint)row * width;
                if (g == 0)
                    new Span<TOut>(gradient, width).Clear();
                else if (Lane512<float>.IsSupported)
                    Gradient<Lane512<float>, TOut>(input, rows, width, g, gradient);
                else if (Lane256<float>.IsSupported)
                    Gradient<Lane256<float>, TOut>(input, rows, width, g, gradient);
                else
                    Gradient<Lane128<float>, TOut>(input, rows, width, g, gradient);
            }
        );

    private static void Each(int count, int width, Action<int> row)
    {
        const int Elements = 1 << 14;
        var chunk = Math.Max(1, Elements / Math.Max(1, width));
        var chunks = (count + chunk - 1) / chunk;
        Threads.Run(
            chunks,
            Math.Min(Threads.Max, Math.Max(1, chunks / 4)),
            (part, _) =>
            {
                for (var i = part * chunk; i < Math.Min(count, (part + 1) * chunk); i++)
                    row(i);
            }
        );
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

    // gradient = p (a − b + shift) + q (c − d + shift), each in float64, rounded once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected static void Combine<TLane, TOut>(
        double p,
        float* a,
        float* b,
        double q,
        float* c,
        float* d,
        int width,
        double shift,
        TOut* gradient
    )
        where TLane : struct, ILane<TLane, float>
        where TOut : unmanaged
    {
        var (first, second, shifts) = (TLane.Constant(p), TLane.Constant(q), TLane.Constant(shift));
        var step = (nuint)TLane.Count;
        nuint i = 0;
        for (; i + step <= (nuint)width; i += step)
            Put(
                first * (TLane.Load(in *a, i) - TLane.Load(in *b, i) + shifts)
                    + second * (TLane.Load(in *c, i) - TLane.Load(in *d, i) + shifts),
                gradient,
                i
            );
        for (; i < (nuint)width; i++)
            Put(p * ((double)a[i] - b[i] + shift) + q * ((double)c[i] - d[i] + shift), gradient, i);
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
    private static void Put<TLane, TOut>(TLane value, TOut* gradient, nuint i)
        where TLane : struct, ILane<TLane, float>
        where TOut : unmanaged
    {
        if (typeof(TOut) == typeof(float))
            TLane.Store(value, ref *(float*)gradient, i);
        else
            TLane.StoreNumbers(value, ref *(double*)gradient, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TOut>(double value, TOut* gradient, nuint i)
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
public sealed unsafe class CosineRows(double eps) : VectorRows
{
    // 1 / max(‖v‖, ε), the slope of which is −v / max(‖v‖, ε)³, as in PyTorch; 0 for a vector without a direction.
    private double Reciprocal<TLane>(float* v, int width)
        where TLane : struct, ILane<TLane, float>
    {
        var norm = Math.Sqrt(Sum<Product, TLane>(v, v, width, 0));
        return norm == 0 ? 0 : 1 / Math.Max(norm, eps);
    }

    internal override double Value<TLane>(float** rows, int width) =>
        Sum<Product, TLane>(rows[0], rows[1], width, 0) * Reciprocal<TLane>(rows[0], width) * Reciprocal<TLane>(rows[1], width);

    internal override void Gradient<TLane, TOut>(int input, float** rows, int width, double upstream, TOut* gradient)
    {
        float* own = rows[input],
            other = rows[1 - input];
        var dot = Sum<Product, TLane>(own, other, width, 0);
        double r = Reciprocal<TLane>(own, width),
            s = Reciprocal<TLane>(other, width);
        Blend<TLane, TOut>(upstream * r * s, other, -(upstream * dot * r * r * r * s), own, width, gradient);
    }
}

/// <summary>The Euclidean distance ‖x₁ − x₂ + ε‖, of slope 0 where it is 0.</summary>
/// <param name="eps">ε</param>
public sealed unsafe class DistanceRows(double eps) : VectorRows
{
    internal override double Value<TLane>(float** rows, int width) =>
        Math.Sqrt(Sum<SquaredDifference, TLane>(rows[0], rows[1], width, eps));

    internal override void Gradient<TLane, TOut>(int input, float** rows, int width, double upstream, TOut* gradient)
    {
        var distance = Value<TLane>(rows, width);
        var share = distance == 0 ? 0 : (input == 0 ? upstream : -upstream) / distance;
        Combine<TLane, TOut>(share, rows[0], rows[1], 0, rows[0], rows[0], width, eps, gradient);
    }
}

/// <summary>max(0, ‖a − p + ε‖ − ‖a − n + ε‖ + margin); with a swap, ‖p − n + ε‖ in place of the second norm where that is less.</summary>
/// <param name="margin">margin</param>
/// <param name="eps">ε</param>
/// <param name="swap">Whether the nearer of anchor and positive counts.</param>
public sealed unsafe class TripletRows(double margin, double eps, bool swap) : VectorRows
{
    internal override bool IsLoss => true;

    private readonly record struct Distances(double Near, double Far, double Cross)
    {
        // Where both are equal the anchor's counts.
        internal bool IsSwapped => Cross < Far;
    }

    private Distances Measure<TLane>(float** rows, int width)
        where TLane : struct, ILane<TLane, float> =>
        new(
            Math.Sqrt(Sum<SquaredDifference, TLane>(rows[0], rows[1], width, eps)),
            Math.Sqrt(Sum<SquaredDifference, TLane>(rows[0], rows[2], width, eps)),
            swap ? Math.Sqrt(Sum<SquaredDifference, TLane>(rows[1], rows[2], width, eps)) : double.PositiveInfinity
        );

    private double Lacking(Distances d) => d.Near - (d.IsSwapped ? d.Cross : d.Far) + margin;

    internal override double Value<TLane>(float** rows, int width)
    {
        var lacking = Lacking(Measure<TLane>(rows, width));
        return lacking <= 0 ? 0 : lacking;
    }

    internal override void Gradient<TLane, TOut>(int input, float** rows, int width, double upstream, TOut* gradient)
    {
        var d = Measure<TLane>(rows, width);
        if (Lacking(d) <= 0)
        {
            new Span<TOut>(gradient, width).Clear();
            return;
        }
        float* a = rows[0],
            p = rows[1],
            n = rows[2];
        double near = Over(upstream, d.Near),
            far = d.IsSwapped ? 0 : Over(upstream, d.Far),
            cross = d.IsSwapped ? Over(upstream, d.Cross) : 0;
        if (input == 0)
            Combine<TLane, TOut>(near, a, p, -far, a, n, width, eps, gradient);
        else if (input == 1)
            Combine<TLane, TOut>(-near, a, p, -cross, p, n, width, eps, gradient);
        else if (d.IsSwapped)
            Combine<TLane, TOut>(cross, p, n, 0, p, p, width, eps, gradient);
        else
            Combine<TLane, TOut>(far, a, n, 0, a, a, width, eps, gradient);
    }

    private static double Over(double upstream, double distance) => distance == 0 ? 0 : upstream / distance;
}
