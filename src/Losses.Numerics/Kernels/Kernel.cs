namespace Losses;

// Runs a pointwise loss over spans. In all of these an operand of length 1 stands for the same number at every index, a derivative's
// span may be empty where it is not wanted, and it may be the memory of an input. A watch, where there is one, learns what the operands were.
internal static unsafe class Kernel
{
    // The loss of every element.
    internal static void Map<F, TStorage>(
        F f,
        ReadOnlySpan<TStorage> x,
        ReadOnlySpan<TStorage> t,
        ReadOnlySpan<TStorage> v,
        Span<TStorage> values,
        Watch? watch = null
    )
        where F : struct, IPointwise3
        where TStorage : unmanaged
    {
        fixed (
            TStorage* px = x,
                pt = t,
                pv = v,
                pvalues = values
        )
        {
            var job = Of(f, values.Length, px, x.Length, pt, t.Length, pv, v.Length, watch);
            job.Write(Job<F, TStorage>.Values, pvalues, values.Length);
            job.Run();
        }
    }

    // The exact sum of the losses as they are when rounded to the storage type.
    internal static ExactSum Sum<F, TStorage>(
        F f,
        ReadOnlySpan<TStorage> x,
        ReadOnlySpan<TStorage> t,
        ReadOnlySpan<TStorage> v,
        int n,
        Watch? watch = null
    )
        where F : struct, IPointwise3
        where TStorage : unmanaged
    {
        fixed (
            TStorage* px = x,
                pt = t,
                pv = v
        )
            return Of(f, n, px, x.Length, pt, t.Length, pv, v.Length, watch, isSummed: true).Run()!;
    }

    // The sum of the losses and, for each element, upstream · scale · the derivative, rounded once.
    internal static ExactSum ValueAndGradient<F, TStorage>(
        F f,
        ReadOnlySpan<TStorage> x,
        ReadOnlySpan<TStorage> t,
        ReadOnlySpan<TStorage> v,
        int n,
        ReadOnlySpan<TStorage> upstream,
        double scale,
        Span<TStorage> gx,
        Span<TStorage> gt,
        Span<TStorage> gv,
        Watch? watch = null
    )
        where F : struct, IPointwise3
        where TStorage : unmanaged => Differentiate(f, x, t, v, n, upstream, scale, gx, gt, gv, watch, isSummed: true)!;

    // The same without the sum.
    internal static void Gradient<F, TStorage>(
        F f,
        ReadOnlySpan<TStorage> x,
        ReadOnlySpan<TStorage> t,
        ReadOnlySpan<TStorage> v,
        int n,
        ReadOnlySpan<TStorage> upstream,
        double scale,
        Span<TStorage> gx,
        Span<TStorage> gt,
        Span<TStorage> gv,
        Watch? watch = null
    )
        where F : struct, IPointwise3
        where TStorage : unmanaged => Differentiate(f, x, t, v, n, upstream, scale, gx, gt, gv, watch, isSummed: false);

    // The derivative by one operand times what comes from above, in float64, each number of it for so many elements.
    internal static void Gradient<F, TStorage>(
        F f,
        int operand,
        ReadOnlySpan<TStorage> x,
        ReadOnlySpan<TStorage> t,
        ReadOnlySpan<TStorage> v,
        ReadOnlySpan<double> upstream,
        int repeat,
        Span<TStorage> gradient
    )
        where F : struct, IPointwise3
        where TStorage : unmanaged
    {
        fixed (
            TStorage* px = x,
                pt = t,
                pv = v,
                pgradient = gradient
        )
        fixed (double* pupstream = upstream)
        {
            var job = Of(f, gradient.Length, px, x.Length, pt, t.Length, pv, v.Length, null);
            job.Weigh(pupstream, repeat);
            job.Write(operand, pgradient, gradient.Length);
            job.Run();
        }
    }

    // For each element upstream · the first and the second derivative by x, in one pass.
    internal static void GradientAndCurvature<F, TStorage>(
        F f,
        ReadOnlySpan<TStorage> x,
        ReadOnlySpan<TStorage> t,
        ReadOnlySpan<TStorage> v,
        ReadOnlySpan<TStorage> upstream,
        Span<TStorage> gradient,
        Span<TStorage> curvature,
        Watch? watch
    )
        where F : struct, IPointwise3
        where TStorage : unmanaged
    {
        fixed (
            TStorage* px = x,
                pt = t,
                pv = v,
                pupstream = upstream,
                pgradient = gradient,
                pcurvature = curvature
        )
        {
            var job = Of(f, x.Length, px, x.Length, pt, t.Length, pv, v.Length, watch, isSecond: true);
            job.Weigh(pupstream, upstream.Length, 1);
            job.Write(0, pcurvature, curvature.Length);
            // Where second derivatives are computed the first take the values' place.
            job.Write(Job<F, TStorage>.Values, pgradient, gradient.Length);
            job.Run();
        }
    }

    internal static void CheckStorage<TStorage>()
    {
        if (typeof(TStorage) != typeof(float) && typeof(TStorage) != typeof(double) && typeof(TStorage) != typeof(WidenedSingle))
            throw new NotSupportedException($"The kernels are for float and double, not {typeof(TStorage).Name}.");
    }

    private static ExactSum? Differentiate<F, TStorage>(
        F f,
        ReadOnlySpan<TStorage> x,
        ReadOnlySpan<TStorage> t,
        ReadOnlySpan<TStorage> v,
        int n,
        ReadOnlySpan<TStorage> upstream,
        double scale,
        Span<TStorage> gx,
        Span<TStorage> gt,
        Span<TStorage> gv,
        Watch? watch,
        bool isSummed
    )
        where F : struct, IPointwise3
        where TStorage : unmanaged
    {
        fixed (
            TStorage* px = x,
                pt = t,
                pv = v,
                pupstream = upstream,
                pgx = gx,
                pgt = gt,
                pgv = gv
        )
        {
            var job = Of(f, n, px, x.Length, pt, t.Length, pv, v.Length, watch, isSummed);
            job.Weigh(pupstream, upstream.Length, scale);
            job.Write(0, pgx, gx.Length);
            job.Write(1, pgt, gt.Length);
            job.Write(2, pgv, gv.Length);
            return job.Run();
        }
    }

    private static Job<F, TStorage> Of<F, TStorage>(
        F f,
        int n,
        TStorage* x,
        int xLength,
        TStorage* t,
        int tLength,
        TStorage* v,
        int vLength,
        Watch? watch,
        bool isSummed = false,
        bool isSecond = false
    )
        where F : struct, IPointwise3
        where TStorage : unmanaged
    {
        CheckStorage<TStorage>();
        var job = new Job<F, TStorage>(f, n)
        {
            IsSummed = isSummed,
            IsSecond = isSecond,
            Watch = watch,
        };
        job.Read(0, x, xLength);
        job.Read(1, t, tLength);
        if (default(F) is not ITwoOf)
            job.Read(2, v, vLength);
        return job;
    }
}
