using System.Runtime.CompilerServices;
using Xunit;

namespace Losses.Tests;

/// <summary>A call that is interrupted ends when the last of its threads has: nobody writes to the caller's memory afterwards.</summary>
// The caller waits for its threads where there are some: other tests would take them.
[Collection(nameof(Cancellation.Alone))]
public class Interruption
{
    private readonly struct Logits : IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Apply<T>(T x, T t)
            where T : IReal<T> => T.Weigh(t, T.Logistic(x).SoftplusOfMinus) + T.Weigh(T.Constant(1) - t, T.Logistic(x).Softplus);
    }

    private const int Length = 1 << 20;

    // Never moved, so that a late write is seen here and does no harm.
    private readonly float[] _x = GC.AllocateArray<float>(Length, pinned: true),
        _t = GC.AllocateArray<float>(Length, pinned: true),
        _gradient = GC.AllocateArray<float>(Length, pinned: true);

    public Interruption()
    {
        Array.Fill(_x, 0.75f);
        Array.Fill(_t, 0.25f);
    }

    [Fact]
    public void Of_a_pointwise_kernel() =>
        Ends(sign => PointwiseKernels.Gradient(new Logits(), _x, _t, [(float)sign], 1, _gradient, default));

    [Fact]
    public void Of_cross_entropy()
    {
        Shape shape = [Length / 64, 64];
        var loss = ((ILabelled)new CrossEntropy()).Rows(new Labels(new int[shape[0]]), shape);
        Ends(sign => loss.Run<float>(_x, shape, [sign], [], _gradient, isSummed: true));
    }

    // Calls with a changing sign, so that every write that comes late changes something.
    private void Ends(Action<int> call)
    {
        var before = Threads.Max;
        var interrupted = 0;
        try
        {
            Threads.Max = 4;
            var end = DateTime.UtcNow.AddSeconds(20);
            // A call is interrupted where its thread waits, which it need not.
            for (var round = 0; round < 100 || (interrupted < 10 && DateTime.UtcNow < end); round++)
            {
                var sign = round % 2 == 0 ? 1 : -1;
                float[]? then = null;
                var thread = new Thread(() =>
                {
                    try
                    {
                        call(sign);
                    }
                    catch (ThreadInterruptedException)
                    {
                        interrupted++;
                    }
                    then = [.. _gradient];
                });
                thread.Start();
                thread.Interrupt();
                thread.Join();
                Thread.Sleep(1);
                Assert.True(_gradient.AsSpan().SequenceEqual(then), $"in round {round} the gradient was written after the call had ended.");
            }
        }
        finally
        {
            Threads.Max = before;
        }
        Assert.True(interrupted > 0, "no call was interrupted: the law was not tried.");
    }
}
