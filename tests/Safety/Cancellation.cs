using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Losses.CSharp;
using Xunit;

namespace Losses.Tests;

/// <summary>Long calls of every kind end within a tenth of a second after their token is cancelled.</summary>
[Collection(nameof(Alone))]
public class Cancellation
{
    // Other tests would take the time that is measured.
    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public class Alone;

    private const int Most = 100;

    // Some hundred nanoseconds an element.
    private readonly struct Slow : IPointwise, IPointwise3
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T x, T t)
            where T : IReal<T>
        {
            var y = T.Log1P(T.Exp(T.Log1P(T.Exp(x)))) - t;
            return T.Log1P(T.Exp(T.Log1P(T.Exp(y * y))));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T x, T t, T third)
            where T : IReal<T> => Apply(x, t + third);

        Domain IPointwise.Prediction => Domain.All;

        Domain IPointwise.Target => Domain.All;

        Domain IPointwise3.Prediction => Domain.All;

        Domain IPointwise3.Target => Domain.All;
    }

    // Made once: they are no part of the calls that are ended.
    private static readonly ConcurrentDictionary<(int, int), DiffTensor<double>> s_rows = new();
    private static readonly Lazy<Labels> s_several = new(() => Several(2000, 1000));

    private static readonly Dictionary<string, Action<double[], CancellationToken>> s_overSpans = new()
    {
        ["pointwise"] = (x, token) => default(Slow).ValueAndGradient<Slow, double>(x, x, x, cancellationToken: token),
        ["pointwise with a shape"] = (x, token) =>
            default(Slow).ValueAndGradient<Slow, double>(x, x, [16, x.Length / 16], x, cancellationToken: token),
        ["three operands"] = (x, token) =>
            default(Slow).ValueAndGradients<Slow, double>(x, x, x, x, default, default, cancellationToken: token),
        ["curvature"] = (x, token) =>
            default(Slow).GradientAndCurvature<Slow, double>(x, x, x, new double[x.Length], cancellationToken: token),
        ["rows with labels"] = (x, token) =>
            new CrossEntropy(labelSmoothing: 0.1).ValueAndGradient<CrossEntropy, double>(
                x,
                new int[x.Length / 128],
                x,
                cancellationToken: token
            ),
        ["rows with labels across"] = (x, token) =>
            new CrossEntropy().ValueAndGradient<CrossEntropy, double>(
                x,
                new int[x.Length / 128],
                [x.Length >> 17, 128, 1024],
                x,
                cancellationToken: token
            ),
        ["vectors"] = (x, token) =>
            new TripletMargin().ValueAndGradients<TripletMargin, double>(x, x, x, 128, x, default, default, cancellationToken: token),
    };

    private static readonly Dictionary<string, Func<object>> s_ofTensors = new()
    {
        ["cdist"] = () => Diff.Grad(x => Similarity.Cdist(x, Rows(2000, 512)).Sum(), Rows(2000, 512)),
        ["cdist of another order"] = () => Diff.Grad(x => Similarity.Cdist(x, Rows(500, 256), 1.5).Sum(), Rows(500, 256)),
        ["pdist"] = () => Diff.Grad(x => Similarity.Pdist(x).Sum(), Rows(3000, 256)),
        ["linear cross-entropy"] = () =>
            Diff.Grad(x => Loss.LinearCrossEntropy(x, Rows(2000, 256), 0, new Labels(new int[500])).Mean(), Rows(500, 256)),
        ["matrix product"] = () => Rows(1000, 1000).MatMul(Rows(1000, 2000)).ToArray(),
        ["softmax"] = () => Diff.Grad(x => (Activations.Softmax(x, 1) * x).Sum(), Rows(1 << 11, 1 << 10)),
        ["one long row"] = () => Diff.Grad(x => (Activations.LogSoftmax(x, 1) * x).Sum(), Rows(1, 1 << 21)),
        ["running sums"] = () => Diff.Grad(x => (x.CumulativeSum(0) * x).Sum(), Rows(1 << 12, 1 << 10)),
        ["sort"] = () => Rows(1, 1 << 21).Sort(1).ToArray(),
        ["sorted columns"] = () => Rows(1 << 12, 1 << 9).Sort(0).ToArray(),
        ["multi-label margin"] = () => Diff.Grad(x => Loss.MultiLabelMargin(x, s_several.Value).Mean(), Rows(2000, 1000)),
        ["multi-margin"] = () => Diff.Grad(x => Loss.MultiMargin(x, new Labels(new int[2000])).Mean(), Rows(2000, 1000)),
        ["CTC"] = () =>
            Diff.Grad(
                x =>
                    Loss.CTC(
                            x,
                            new Labels([.. Enumerable.Repeat(1, 8 * 200)], [8, 200]),
                            [.. Enumerable.Repeat(3000, 8)],
                            [.. Enumerable.Repeat(200, 8)]
                        )
                        .Mean(),
                Activations.LogSoftmax(Rows(3000 * 8, 8), 1).Reshape(3000, 8, 8)
            ),
        ["the definition of CTC"] = () =>
            Diff.Hvp(
                x => Loss.CTC(x, new Labels([1, 2, 1, 2], [1, 4]), [600], [4]).Mean(),
                Activations.LogSoftmax(Rows(600, 3), 1).Reshape(600, 1, 3),
                Rows(600, 3).Reshape(600, 1, 3)
            ),
        ["a Hessian"] = () => Diff.Hessian(x => (Activations.Softmax(x, 0) * x * x).Sum(), Rows(1, 1000).Reshape(1000)),
        ["many small operations"] = () =>
            Diff.Grad(x => Enumerable.Range(0, 100_000).Aggregate(x, (sum, _) => sum * 1.0000001 + x).Sum(), Rows(1, 8)),
        ["a chain that nobody reads"] = () =>
            Enumerable.Range(0, 3000).Aggregate(Rows(1, 1 << 14), (x, _) => Loss.Huber(x, Rows(1, 1 << 14)).Values).ToArray(),
        ["moved about"] = () =>
            Diff.Grad(
                x => (DiffTensor<double>.Concatenate([x.Transpose().Slice(0, 1, 1000), x.Transpose()], 0).Permute(1, 0) * 2).Sum(0).Sum(),
                Rows(2000, 1001)
            ),
    };

    public static TheoryData<string> OverSpans => [.. s_overSpans.Keys];

    public static TheoryData<string> OfTensors => [.. s_ofTensors.Keys];

    [Theory]
    [MemberData(nameof(OverSpans))]
    public void Over_spans(string name)
    {
        var memory = name.StartsWith("rows", StringComparison.Ordinal) || name == "vectors" ? new double[1 << 25] : new double[1 << 23];
        Ends(token => s_overSpans[name](memory, token));
    }

    [Theory]
    [MemberData(nameof(OfTensors))]
    public void Of_tensors(string name) => Ends(token => Cancellable.Run(s_ofTensors[name], token));

    [Fact]
    public void What_was_called_off_before_does_nothing()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        double[] x = [1, 2, 3],
            g = [7, 7, 7];
        var thrown = Assert.Throws<OperationCanceledException>(() =>
            new MSE().ValueAndGradient<MSE, double>(x, x, g, cancellationToken: source.Token)
        );
        Assert.Equal(source.Token, thrown.CancellationToken);
        Assert.Equal([7.0, 7, 7], g);
        // The thread is free again.
        Assert.Equal(0, new MSE().ValueAndGradient<MSE, double>(x, x, g));
    }

    // Called again and again, so that it never ends by itself; called off at different places of a call.
    private static void Ends(Action<CancellationToken> call)
    {
        var before = Threads.Max;
        Threads.Max = 2;
        try
        {
            call(default);
            var watch = Stopwatch.StartNew();
            call(default);
            var length = watch.Elapsed;
            var taken = Enumerable.Range(0, 3).Select(i => Taken(call, length * ((2 * i + 1) / 6.0))).Order().ToArray();
            // What else the machine does may hold up one or the other.
            Assert.True(
                taken[1].TotalMilliseconds <= Most,
                $"of calls of {length.TotalMilliseconds:F0} ms the ends took {string.Join(", ", taken.Select(time => $"{time.TotalMilliseconds:F0}"))} ms."
            );
        }
        finally
        {
            Threads.Max = before;
        }
    }

    private static TimeSpan Taken(Action<CancellationToken> call, TimeSpan delay)
    {
        using var source = new CancellationTokenSource();
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                for (; ; )
                    call(source.Token);
            }
            catch (Exception e)
            {
                thrown = e;
            }
        });
        thread.Start();
        Thread.Sleep(delay);
        var worked = Worked();
        var watch = Stopwatch.StartNew();
        source.Cancel();
        Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "the call does not end.");
        // While the machine works for others no time passes here: then it is what this process has worked since.
        var taken = TimeSpan.FromTicks(Math.Min(watch.Elapsed.Ticks, (Worked() - worked).Ticks));
        var cancelled = Assert.IsType<OperationCanceledException>(thrown);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        return taken;
    }

    private static TimeSpan Worked()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private static DiffTensor<double> Rows(int rows, int columns) =>
        s_rows.GetOrAdd((rows, columns), static size => Drawn(size.Item1, size.Item2));

    private static DiffTensor<double> Drawn(int rows, int columns)
    {
        var random = new Random(rows + columns);
        var values = new double[rows * columns];
        for (var i = 0; i < values.Length; i++)
            values[i] = random.NextDouble();
        return new(values, [rows, columns]);
    }

    private static Labels Several(int rows, int classes) =>
        new([.. Enumerable.Range(0, rows * classes).Select(i => i % classes < classes / 10 ? i % classes : -1)], [rows, classes]);
}
