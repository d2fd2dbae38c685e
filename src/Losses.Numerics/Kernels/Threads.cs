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
            if (value < 1)
                throw new ArgumentOutOfRangeException(
                    nameof(value),
                    FormattableString.Invariant($"value is {value}, but a kernel needs at least 1 thread.")
                );
            Volatile.Write(ref _max, value);
        }
    }

    // Runs body(chunk, worker) for every chunk. The calling thread takes chunks too, so that it needs no other thread to finish, and
    // those that wake late find nothing left to do: Parallel.For costs more than a kernel of some 10⁵ elements does. A worker starts with
    // its own part of the chunks, the same at every call, since that part may still be in its core's cache; then it helps the others.
    // Whatever happens, no body runs once this has returned or thrown: the memory that it writes to is the caller's. After a failure, or
    // where the work is cancelled, the chunks that nobody has begun are left out.
    internal static void Run(int chunks, int workers, Action<int, int> body)
    {
        if (chunks <= 1 || workers <= 1)
        {
            for (var i = 0; i < chunks; i++)
            {
                Cancellable.Check();
                body(i, 0);
            }
            return;
        }
        workers = Math.Min(workers, chunks);
        var team = new Team(chunks, workers, body, Cancellable.Current);
        team.Gather();
        team.Work(0);
        team.Wait();
    }

    private sealed class Team(int chunks, int workers, Action<int, int> body, Cancellable.Tokens? tokens)
    {
        private readonly ManualResetEventSlim _done = new();
        private readonly Part[] _parts = new Part[workers];
        private int _finished;
        private Exception? _failure;

        // Calls the others; without them the caller does all.
        public void Gather()
        {
            try
            {
                for (var worker = 1; worker < workers; worker++)
                    ThreadPool.UnsafeQueueUserWorkItem(new Member(this, worker), preferLocal: false);
            }
            catch (Exception e)
            {
                Fail(e);
            }
        }

        public void Help(int worker)
        {
            Cancellable.Current = tokens;
            Work(worker);
            Cancellable.Current = null;
        }

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
                if (Volatile.Read(ref _failure) is null)
                {
                    tokens?.Check();
                    body(chunk, worker);
                }
            }
            catch (Exception e)
            {
                Fail(e);
            }
            if (Interlocked.Increment(ref _finished) == chunks)
                Insist(_done.Set, isCaller: worker == 0);
        }

        private int Start(int worker) => (int)((long)chunks * worker / workers);

        // Until the last chunk is done: an interruption, or whatever else befalls the waiting thread, waits for that too.
        public void Wait()
        {
            Insist(_done.Wait, isCaller: true);
            if (_failure is { } failure)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        private void Insist(Action step, bool isCaller)
        {
            for (; ; )
                try
                {
                    step();
                    return;
                }
                catch (Exception e)
                {
                    if (isCaller)
                        Fail(e);
                }
        }

        private void Fail(Exception e) => Interlocked.CompareExchange(ref _failure, e, null);
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
        public void Execute() => team.Help(worker);
    }
}
