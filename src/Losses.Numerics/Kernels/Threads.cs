namespace Losses;

/// <summary>How many threads a kernel may use. It never changes a result: sums are exact, so they do not depend on the split.</summary>
public static class Threads
{
    private static int _max = Environment.ProcessorCount;

    /// <summary>The most threads that one kernel uses, at least 1; the number of processors unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public static int Max
    {
        get => Volatile.Read(ref _max);
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            Volatile.Write(ref _max, value);
        }
    }

    // Runs body(chunk, worker) for every chunk. The calling thread takes chunks too, so that it needs no other thread to finish, and
    // those that wake late find nothing left to do: Parallel.For costs more than a kernel of some 10⁵ elements does.
    internal static void Run(int chunks, int workers, Action<int, int> body)
    {
        if (chunks <= 1 || workers <= 1)
        {
            for (var i = 0; i < chunks; i++)
                body(i, 0);
            return;
        }
        var team = new Team(chunks, body);
        for (var worker = 1; worker < Math.Min(workers, chunks); worker++)
            ThreadPool.UnsafeQueueUserWorkItem(new Member(team, worker), preferLocal: false);
        team.Work(0);
        team.Wait();
    }

    private sealed class Team(int chunks, Action<int, int> body)
    {
        private readonly ManualResetEventSlim _done = new();
        private int _next = -1;
        private int _finished;
        private Exception? _failure;

        public void Work(int worker)
        {
            int chunk;
            while ((chunk = Interlocked.Increment(ref _next)) < chunks)
            {
                try
                {
                    body(chunk, worker);
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref _failure, e, null);
                }
                if (Interlocked.Increment(ref _finished) == chunks)
                    _done.Set();
            }
        }

        public void Wait()
        {
            _done.Wait();
            if (_failure is { } failure)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    private sealed class Member(Team team, int worker) : IThreadPoolWorkItem
    {
        public void Execute() => team.Work(worker);
    }
}
