namespace Losses;

/// <summary>Work that can be called off: losses, their gradients and any other computation of this library.</summary>
/// <remarks>
/// What a loss of tensors costs is spread over its value, a reading that asks for it, and its gradient; so the token is not an argument of
/// each, but goes with all that runs inside. Functions over the caller's own memory, which do their work at once, take it as an argument.
/// What was called off has no result: memory that it was to write holds some of the new numbers, and elsewhere what was there before.
/// </remarks>
public static class Cancellable
{
    [ThreadStatic]
    private static Tokens? t_tokens;

    // Of the work under way on this thread.
    internal static Tokens? Current
    {
        get => t_tokens;
        set => t_tokens = value;
    }

    /// <summary>Runs work that stops, within a tenth of a second as a rule, once a token is cancelled.</summary>
    /// <param name="work">What to run, on this thread; kernels inside use others besides.</param>
    /// <param name="cancellationToken">Calls it off. Inside another such call both tokens do.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled before the work was done.</exception>
    public static T Run<T>(Func<T> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        using var within = Within(cancellationToken);
        return work();
    }

    /// <summary>Runs work that stops, within a tenth of a second as a rule, once a token is cancelled.</summary>
    /// <param name="work">What to run, on this thread; kernels inside use others besides.</param>
    /// <param name="cancellationToken">Calls it off. Inside another such call both tokens do.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled before the work was done.</exception>
    public static void Run(Action work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        using var within = Within(cancellationToken);
        work();
    }

    // What runs until the scope is disposed of heeds the token too.
    internal static Scope Within(CancellationToken token)
    {
        var outer = t_tokens;
        if (token.CanBeCanceled)
            t_tokens = new(token, outer);
        try
        {
            Check();
        }
        catch
        {
            t_tokens = outer;
            throw;
        }
        return new(outer);
    }

    // Asked between parts that take a millisecond or so.
    internal static void Check() => t_tokens?.Check();

    // A token, and those of the calls around it.
    internal sealed class Tokens(CancellationToken own, Tokens? outer)
    {
        internal void Check()
        {
            own.ThrowIfCancellationRequested();
            outer?.Check();
        }
    }

    internal readonly ref struct Scope(Tokens? outer) : IDisposable
    {
        public void Dispose() => t_tokens = outer;
    }

    // For loops on one thread: each step says how many elements it takes, and once in so many the tokens are asked.
    internal struct Pace
    {
        private const int Elements = 1 << 16;
        private int _taken;

        internal void Step(int elements)
        {
            if ((_taken += elements) >= Elements)
                Ask();
        }

        private void Ask()
        {
            Check();
            _taken = 0;
        }
    }
}
