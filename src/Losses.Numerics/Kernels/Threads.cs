using System.Runtime.InteropServices;

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
    // those that wake late find nothing left to do: Parallel.For costs more than a kernel of some 10⁵ elements does. A worker starts with
    // its own part of the chunks, the same at every call, since that part may still be in its core's cache; then it helps the others.
    internal static void Run(int chunks, int workers, Action<int, int> body)
    {
        if (chunks <= 1 || workers <= 1)
        {
            for (var i = 0; i < chunks; i++)
                body(i, 0);
            return;
        }
        workers = Math.Min(workers, chunks);
        var team = new Team(chunks, workers, body);
        for (var worker = 1; worker < workers; worker++)
            ThreadPool.UnsafeQueueUserWorkItem(new Member(team, worker), preferLocal: false);
        team.Work(0);
        team.Wait();
    }

    private sealed class Team(int chunks, int workers, Action<int, int> body)
    {
        private readonly ManualResetEventSlim _done = new();
        private readonly Part[] _parts = new Part[workers];
        private int _finished;
        private Exception? _failure;

        public void Work(int worker)
        {
            for (var turn = 0; turn < workers; turn++)
            {
                var owner = (worker + turn) % workers;
                var end = Start(owner + 1);
                var start = Start(owner);
                int chunk;
                while ((chunk = start + Interlocked.Increment(ref _parts[owner].Taken) - 1) < end)
                    Take(chunk, worker);
            }
        }

        private void Take(int chunk, int worker)
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

        private int Start(int worker) => (int)((long)chunks * worker / workers);

        public void Wait()
        {
            _done.Wait();
            if (_failure is { } failure)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    // Apart from its neighbours, so that they do not share a cache line.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Part
    {
        [FieldOffset(0)]
        public int Taken;
    }

    private sealed class Member(Team team, int worker) : IThreadPoolWorkItem
    {
        public void Execute() => team.Work(worker);
    }
}
