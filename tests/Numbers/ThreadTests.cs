using Xunit;

namespace Losses.Tests;

/// <summary>A call ends when its threads have, whatever befalls it.</summary>
public class ThreadTests
{
    // Two chunks: the caller's ends at once, the other's when it is told to.
    private sealed class Pair
    {
        private readonly ManualResetEventSlim _isBegun = new();
        private readonly ManualResetEventSlim _mayEnd = new();
        private int _running;

        public bool IsEnded => Volatile.Read(ref _running) == 0;

        public void AwaitBegin() => _isBegun.Wait();

        public void End() => _mayEnd.Set();

        public void Body(int chunk, int worker)
        {
            if (worker == 0)
            {
                _isBegun.Wait();
                return;
            }
            Interlocked.Increment(ref _running);
            _isBegun.Set();
            _mayEnd.Wait();
            Thread.Sleep(20);
            Interlocked.Decrement(ref _running);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_interrupted_call_ends_with_its_last_thread(int interruptions)
    {
        var pair = new Pair();
        Exception? thrown = null;
        var isEnded = false;
        var caller = new Thread(() =>
        {
            thrown = Record.Exception(() => Threads.Run(2, 2, pair.Body));
            isEnded = pair.IsEnded;
        });
        caller.Start();
        pair.AwaitBegin();
        for (var i = 0; i < interruptions; i++)
        {
            Thread.Sleep(20);
            caller.Interrupt();
        }
        Thread.Sleep(20);
        pair.End();
        caller.Join();
        Assert.True(isEnded);
        Assert.IsType<ThreadInterruptedException>(thrown);
    }

    [Fact]
    public void After_a_failure_the_rest_is_left_out()
    {
        var begun = 0;
        Assert.Throws<InvalidTimeZoneException>(() =>
            Threads.Run(
                100_000,
                2,
                (_, _) =>
                {
                    Interlocked.Increment(ref begun);
                    throw new InvalidTimeZoneException();
                }
            )
        );
        Assert.True(begun <= 2, $"{begun} chunks were begun.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_is_called_off_begins_no_chunk(int workers)
    {
        using var source = new CancellationTokenSource();
        var begun = 0;
        var thrown = Assert.Throws<OperationCanceledException>(() =>
            Cancellable.Run(
                () =>
                    Threads.Run(
                        100_000,
                        workers,
                        (_, _) =>
                        {
                            Interlocked.Increment(ref begun);
                            source.Cancel();
                        }
                    ),
                source.Token
            )
        );
        Assert.Equal(source.Token, thrown.CancellationToken);
        Assert.True(begun <= workers, $"{begun} chunks were begun.");
        // Outside nothing is called off, on this thread or on those that helped.
        for (var i = 0; i < 20; i++)
            Threads.Run(100, 2, (_, _) => Cancellable.Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Inside_another_call_both_tokens_count(bool isOuter)
    {
        using CancellationTokenSource outer = new(),
            inner = new();
        var thrown = Assert.Throws<OperationCanceledException>(() =>
            Cancellable.Run(
                () =>
                    Cancellable.Run(
                        () =>
                        {
                            (isOuter ? outer : inner).Cancel();
                            Cancellable.Check();
                        },
                        inner.Token
                    ),
                outer.Token
            )
        );
        Assert.Equal((isOuter ? outer : inner).Token, thrown.CancellationToken);
        Cancellable.Check();
    }
}
