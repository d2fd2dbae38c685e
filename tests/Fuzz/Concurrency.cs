using System.Runtime.ExceptionServices;

namespace Losses.Tests;

/// <summary>Long calls that are interrupted or called off, and calls by several threads at once.</summary>
internal static class Concurrency
{
    private const int Count = 1 << 19;
    private const int Classes = 128;

    private static readonly float[] s_x = Numbers(1),
        s_t = Numbers(2);
    private static readonly int[] s_labels = [.. Enumerable.Range(0, Count / Classes).Select(i => i * 31 % Classes)];
    private static readonly DiffTensor<float> s_rows = new(s_x, [Count / Classes, Classes]);

    // Each writes its gradient. Over spans the token is an argument.
    private static readonly (string Name, Action<float[], CancellationToken> Run)[] s_calls =
    [
        ("cross-entropy of logits", (g, token) => new BCEWithLogits().ValueAndGradient(s_x, s_t, g, cancellationToken: token)),
        (
            "curvature",
            (g, token) => new BCEWithLogits().GradientAndCurvature(s_x, s_t, g.AsSpan(), new float[Count], cancellationToken: token)
        ),
        (
            "three operands",
            (g, token) =>
                new GaussianNLL(true, 1e-6).ValueAndGradients<GaussianNLL, float>(
                    s_x,
                    s_x,
                    s_t,
                    g,
                    default,
                    default,
                    cancellationToken: token
                )
        ),
        ("cross-entropy", (g, token) => new CrossEntropy(labelSmoothing: 0.1).ValueAndGradient(s_x, s_labels, g, cancellationToken: token)),
        (
            "cross-entropy across",
            (g, token) =>
                new CrossEntropy().ValueAndGradient(s_x, s_labels, [Count / Classes / 64, Classes, 64], g, cancellationToken: token)
        ),
        (
            "triplets",
            (g, token) =>
                new TripletMargin().ValueAndGradients<TripletMargin, float>(
                    s_x,
                    s_t,
                    s_t,
                    Classes,
                    g,
                    default,
                    default,
                    cancellationToken: token
                )
        ),
        ("softmax", OfTensors(() => CSharp.Diff.Grad(x => (CSharp.Activations.Softmax(x, 1) * x).Sum(), s_rows))),
        ("product", OfTensors(() => CSharp.Diff.Grad(x => x.MatMul(s_rows.Slice(0, 0, Classes)).Sum(), s_rows))),
        ("sort", OfTensors(() => s_rows.Sort(1))),
        ("distances", OfTensors(() => CSharp.Diff.Grad(x => CSharp.Similarity.Cdist(x, s_rows.Slice(0, 0, 64)).Sum(), s_rows))),
    ];

    private static Action<float[], CancellationToken> OfTensors(Func<DiffTensor<float>> work) =>
        (g, token) => Cancellable.Run(() => work().CopyTo(g), token);

    private static readonly Dictionary<string, float[]> s_expected = [];

    internal static void Call(Draw draw)
    {
        var (name, run) = draw.Of(s_calls);
        Threads.Max = draw.Of(1, 2, 4);
        var kind = draw.Below(3);
        draw.What = $"{name}, {Threads.Max} threads, {(kind == 0 ? "interrupted" : kind == 1 ? "called off" : "by several at once")}";
        if (!s_expected.TryGetValue(name, out var expected))
        {
            run(expected = new float[Count], default);
            s_expected[name] = expected;
        }
        if (kind == 2)
        {
            var results = Enumerable.Range(0, 3).Select(_ => new float[Count]).ToArray();
            OnThreads(3, thread => run(results[thread], default));
            foreach (var result in results)
                draw.Equal<float>(result, expected, "the gradient of one of several threads");
            return;
        }
        var gradient = GC.AllocateArray<float>(Count, pinned: true);
        var microseconds = draw.Below(6000);
        using var source = new CancellationTokenSource();
        var ended = false;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                run(gradient, kind == 0 ? default : source.Token);
                ended = true;
            }
            catch (Exception e) when (kind == 0 ? e is ThreadInterruptedException : e is OperationCanceledException)
            {
                Draw.Refusals++;
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (watch.Elapsed.TotalMicroseconds < microseconds)
            Thread.SpinWait(20);
        if (kind == 0)
            thread.Interrupt();
        else
            source.Cancel();
        while (!thread.Join(TimeSpan.FromSeconds(30)))
            throw new Disagreement("the call does not end.");
        failure?.Throw();
        if (ended)
            draw.Equal<float>(gradient, expected, "the gradient of a call that was not stopped");
        float[] then = [.. gradient];
        Thread.Sleep(1);
        if (draw.Planted == Mistake.Late)
            gradient[draw.Below(Count)] += 1;
        if (!gradient.AsSpan().SequenceEqual(then))
            throw new Disagreement("the gradient was written after the call had ended.");
    }

    /// <summary>Runs the work of every thread, and throws what one has thrown.</summary>
    internal static void OnThreads(int count, Action<int> work)
    {
        ExceptionDispatchInfo? failure = null;
        var threads = Enumerable
            .Range(0, count)
            .Select(i => new Thread(() =>
            {
                try
                {
                    work(i);
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
            }))
            .ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        failure?.Throw();
    }

    private static float[] Numbers(int seed)
    {
        var random = new Random(seed);
        var numbers = GC.AllocateArray<float>(Count, pinned: true);
        for (var i = 0; i < Count; i++)
            numbers[i] = (seed == 2 ? 0.1f : -3) + random.NextSingle() * (seed == 2 ? 0.8f : 6);
        return numbers;
    }
}
