using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Losses.Bench;

/// <summary>
/// How fast a kernel can be at all: loops written by hand for one loss, in float64 over float32 data as ours, whose sum is a plain one.
/// </summary>
/// <remarks>
/// They ask for their operands ahead and write their results past the cache where there are many, as ours do; what they leave out is
/// the exact sum. Ours over theirs is therefore what the exact sum costs, and what one definition for all number types costs.
/// </remarks>
internal static unsafe class Limit
{
    private const double Seconds = 1;

    private interface IHand
    {
        static abstract (Vector512<double> Value, Vector512<double> Slope) Of(Vector512<double> x, Vector512<double> t);
    }

    private readonly struct SquaredError : IHand
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (Vector512<double> Value, Vector512<double> Slope) Of(Vector512<double> x, Vector512<double> t)
        {
            var d = x - t;
            return (d * d, d + d);
        }
    }

    private readonly struct HuberOfOne : IHand
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (Vector512<double> Value, Vector512<double> Slope) Of(Vector512<double> x, Vector512<double> t)
        {
            var d = x - t;
            var c = Avx512F.Min(Avx512F.Max(d, Vector512.Create(-1.0)), Vector512.Create(1.0));
            return (c * (d - Vector512.Create(0.5) * c), c);
        }
    }

    public static void Run()
    {
        if (!Avx512F.IsSupported)
        {
            Report.Line("These loops are written for AVX-512, which this machine does not have.");
            return;
        }
        Report.Title("The limit: libtorch, a loop by hand with a plain float64 sum, and ours");
        var report = new Report(
            ("work", 12),
            ("libtorch", 9),
            ("by hand", 9),
            ("ours", 9),
            ("libtorch / by hand", 8),
            ("libtorch / ours", 8),
            ("ours / by hand", 8)
        );
        foreach (var power in new[] { 24, 18, 14 })
        {
            Compare<SquaredError>(report, "MSE", power);
            Compare<HuberOfOne>(report, "Huber", power);
        }
    }

    private static void Compare<F>(Report report, string name, int power)
        where F : IHand
    {
        var n = 1 << power;
        float[] x = Numbers.Normal(n, 1),
            t = Numbers.Normal(n, 2),
            y = new float[n];
        using var work = Row.Pointwise(name, n);
        var threads = power < 17 ? 1 : System.Environment.ProcessorCount;
        var samples = Protocol.Compare(Seconds, work.LibTorch, () => Mean<F>(x, t, y, threads), () => work.Ours());
        // What a neighbour on the same core takes away is no limit.
        var (torch, hand, ours) = (samples[0].Min, samples[1].Min, samples[2].Min);
        report.Row(
            $"{name}, 2^{power}",
            Report.Time(torch),
            Report.Time(hand),
            Report.Time(ours),
            Report.Text(torch / hand, "0.00"),
            Report.Text(torch / ours, "0.00"),
            Report.Text(ours / hand, "0.00")
        );
        Memory.Clear();
    }

    private static double Mean<F>(float[] x, float[] t, float[] y, int threads)
        where F : IHand
    {
        var n = x.Length;
        if (threads == 1)
            return Part<F>(x, t, y, 0, n) / n;
        var part = n / threads / 1024 * 1024;
        var others = Enumerable
            .Range(1, threads - 1)
            .Select(i => Task.Run(() => Part<F>(x, t, y, i * part, (i == threads - 1 ? n : (i + 1) * part) - i * part)))
            .ToArray();
        return (Part<F>(x, t, y, 0, part) + others.Sum(other => other.Result)) / n;
    }

    private static double Part<F>(float[] x, float[] t, float[] y, int from, int count)
        where F : IHand
    {
        fixed (
            float* px = x,
                pt = t,
                py = y
        )
            return Loop<F>(px + from, pt + from, py + from, (nuint)count, 1.0 / x.Length, x.Length >= 1 << 20);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Loop<F>(float* x, float* t, float* y, nuint n, double scale, bool isStreamed)
        where F : IHand
    {
        const nuint ahead = 2048;
        var weight = Vector512.Create(scale);
        var sum = Vector512<double>.Zero;
        nuint i = 0;
        // Up to where a lane of the result is aligned; the arrays are many lanes long.
        for (; (nuint)(y + i) % 32 != 0; i++)
        {
            var (value, slope) = F.Of(Vector512.Create((double)x[i]), Vector512.Create((double)t[i]));
            sum += Vector512.CreateScalar(value.ToScalar());
            y[i] = (float)(slope.ToScalar() * scale);
        }
        for (; i + 8 <= n; i += 8)
        {
            Sse.Prefetch0(x + i + ahead);
            Sse.Prefetch0(t + i + ahead);
            var (value, slope) = F.Of(
                Avx512F.ConvertToVector512Double(Vector256.Load(x + i)),
                Avx512F.ConvertToVector512Double(Vector256.Load(t + i))
            );
            sum += value;
            var result = Avx512F.ConvertToVector256Single(slope * weight);
            if (isStreamed)
                result.StoreAlignedNonTemporal(y + i);
            else
                result.Store(y + i);
        }
        for (; i < n; i++)
        {
            var (value, slope) = F.Of(Vector512.Create((double)x[i]), Vector512.Create((double)t[i]));
            sum += Vector512.CreateScalar(value.ToScalar());
            y[i] = (float)(slope.ToScalar() * scale);
        }
        return Vector512.Sum(sum);
    }
}
